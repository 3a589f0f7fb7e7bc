namespace Thermocline.Resp.Wire;

/// <summary>Commands that were sent, and the answers that came so far.</summary>
/// <param name="commands">How many commands.</param>
/// <param name="bytes">How many bytes they took.</param>
/// <param name="sentAt">When, as a timestamp.</param>
internal sealed class RespPending(int commands, int bytes, long sentAt)
{
    private readonly TaskCompletionSource<RespValue[]> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RespValue[] _answers = new RespValue[commands];
    private int _count;

    public int Commands => commands;

    public int Bytes => bytes;

    public long SentAt => sentAt;

    public Task<RespValue[]> Answers => _answered.Task;

    /// <summary>Takes the next answer; true when it was the last.</summary>
    public bool Add(RespValue answer)
    {
        _answers[_count++] = answer;
        return _count == commands;
    }

    public void Done() => _answered.TrySetResult(_answers);

    public void Failed(RespException failure) => _answered.TrySetException(failure);
}
