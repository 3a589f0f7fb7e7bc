using System.Buffers;

namespace Thermocline.Testing.Budget;

/// <summary>Reads a record and compares it, byte by byte, with what may be there.</summary>
internal sealed class RecordCheck(BudgetState state, BudgetRecords records, BudgetMistakes mistakes)
{
    private readonly ArrayBufferWriter<byte> _expected = new();

    /// <summary>Whether RAM answered; null when there was nothing.</summary>
    public async Task<bool?> ReadAsync(BudgetClient client, int number)
    {
        int least = state.Versions.Acknowledged(number);
        (byte[] Value, bool Hot)? answer = await client.ReadAsync(number);
        Compare(number, answer?.Value, least, state.Versions.Sent(number));
        return answer?.Hot;
    }

    private void Compare(int number, byte[]? value, int least, int most)
    {
        if (value is null)
        {
            if (least > 0)
                mistakes.Add($"record {number} is missing (version {least} was acknowledged)");
            return;
        }

        int version = BudgetRecords.VersionIn(value);
        if (version < Math.Max(least, 1) || version > most)
        {
            mistakes.Add($"record {number} has version {version} instead of {least} to {most}");
            return;
        }

        _expected.Clear();
        records.Write(number, version, _expected);
        if (!_expected.WrittenSpan.SequenceEqual(value))
            mistakes.Add($"record {number} in version {version} is not equal ({value.Length} bytes instead of {_expected.WrittenCount})");
    }
}
