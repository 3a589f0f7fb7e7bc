namespace Thermocline.Store.Commit;

/// <summary>What an operation must be before it is handed in.</summary>
internal sealed class OperationRules(int valueBytesMax)
{
    /// <summary>Done when the operation may be handed in, else why not.</summary>
    public WriteOutcome Check(in WriteOperation operation)
    {
        if (operation.Key.IsEmpty)
            return WriteOutcome.Invalid;
        if (operation.Key.Length > Limits.ComposedKeyBytesMax)
            return WriteOutcome.TooLarge;
        bool fits = operation.Delete
            || (operation.Metadata.Length <= Limits.MetadataBytesMax && operation.Value.Length <= valueBytesMax);
        return fits ? WriteOutcome.Done : WriteOutcome.TooLarge;
    }

    /// <summary>The same for a batch, with the operation that decided it, and the bytes of all.</summary>
    public WriteOutcome Check(ReadOnlySpan<WriteOperation> batch, out int failed, out long bytes)
    {
        failed = 0;
        bytes = 0;
        if (batch.IsEmpty)
            return WriteOutcome.Invalid;
        if (batch.Length > Limits.BatchOperationsMax + Limits.BatchExtrasMax)
            return WriteOutcome.TooLarge;
        for (; failed < batch.Length; failed++)
        {
            WriteOutcome fault = Check(batch[failed]);
            bytes += WriteRequest.SizeOf(batch[failed]);
            if (fault == WriteOutcome.Done && bytes > Limits.BatchBytesMax)
                fault = WriteOutcome.TooLarge;
            if (fault != WriteOutcome.Done)
                return fault;
        }

        return WriteOutcome.Done;
    }
}
