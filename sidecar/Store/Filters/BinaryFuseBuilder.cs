namespace Thermocline.Store.Filters;

/// <summary>
/// Builds a filter by peeling: a position that only one key uses can be given to that key, which frees the key's other two
/// positions. When every key has got one, fingerprints are set in the opposite order, so that nobody's changes afterwards.
/// </summary>
internal static class BinaryFuseBuilder
{
    // One attempt in many fails for sets of any size; a hundred in a row do not.
    private const int AttemptsMax = 100;

    public static byte[] Build(ReadOnlySpan<ulong> keys)
    {
        ulong[] hashes = new ulong[keys.Length];
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ulong seed = BinaryFuseLayout.Mix((ulong)attempt, 0x9E3779B97F4A7C15);
            int count = HashesOf(keys, seed, hashes);
            var layout = BinaryFuseLayout.For(count, seed);
            byte[] filter = new byte[BinaryFuseFilter.HeaderBytes + layout.Fingerprints];
            BinaryFuseFilter.WriteHeader(filter, layout);
            if (new Peeling(layout).TryFill(hashes.AsSpan(0, count), filter.AsSpan(BinaryFuseFilter.HeaderBytes)))
                return filter;
        }

        throw new InvalidOperationException($"A filter of {keys.Length:N0} keys could not be built in {AttemptsMax} attempts.");
    }

    // Sorted, equal keys are neighbours, and so are the positions of one hash and the next: the peeling stays in cache.
    private static int HashesOf(ReadOnlySpan<ulong> keys, ulong seed, Span<ulong> hashes)
    {
        for (int i = 0; i < keys.Length; i++)
            hashes[i] = BinaryFuseLayout.Mix(keys[i], seed);
        hashes.Sort();
        int count = 0;
        for (int i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[count - 1])
                hashes[count++] = hashes[i];
        }

        return count;
    }

    private sealed class Peeling(BinaryFuseLayout layout)
    {
        private readonly ulong[] _hashes = new ulong[layout.Fingerprints];
        private readonly int[] _users = new int[layout.Fingerprints];
        private readonly uint[] _alone = new uint[layout.Fingerprints];
        private int _aloneCount;

        public bool TryFill(ReadOnlySpan<ulong> hashes, Span<byte> fingerprints)
        {
            foreach (ulong hash in hashes)
                Add(hash);
            for (int position = 0; position < _users.Length; position++)
            {
                if (_users[position] == 1)
                    _alone[_aloneCount++] = (uint)position;
            }

            ulong[] order = new ulong[hashes.Length];
            uint[] owned = new uint[hashes.Length];
            int peeled = 0;
            while (_aloneCount > 0)
            {
                uint position = _alone[--_aloneCount];
                if (_users[position] != 1)
                    continue;
                order[peeled] = _hashes[position];
                owned[peeled++] = position;
                Remove(_hashes[position]);
            }

            if (peeled < hashes.Length)
                return false;
            for (int i = peeled - 1; i >= 0; i--)
            {
                // The owned position still holds zero, so the three XORed give what is missing from the fingerprint.
                (uint a, uint b, uint c) = layout.PositionsOf(order[i]);
                fingerprints[(int)owned[i]] = (byte)(BinaryFuseLayout.FingerprintOf(order[i])
                    ^ fingerprints[(int)a] ^ fingerprints[(int)b] ^ fingerprints[(int)c]);
            }

            return true;
        }

        private void Add(ulong hash)
        {
            (uint a, uint b, uint c) = layout.PositionsOf(hash);
            Toggle(a, hash, 1);
            Toggle(b, hash, 1);
            Toggle(c, hash, 1);
        }

        private void Remove(ulong hash)
        {
            (uint a, uint b, uint c) = layout.PositionsOf(hash);
            RemoveAt(a, hash);
            RemoveAt(b, hash);
            RemoveAt(c, hash);
        }

        private void RemoveAt(uint position, ulong hash)
        {
            Toggle(position, hash, -1);
            if (_users[position] == 1)
                _alone[_aloneCount++] = position;
        }

        private void Toggle(uint position, ulong hash, int change)
        {
            _hashes[position] ^= hash;
            _users[position] += change;
        }
    }
}
