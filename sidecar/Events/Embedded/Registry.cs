using System.Collections.Concurrent;
using Thermocline.Events.Checks;
using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Delivering;
using Thermocline.Events.Embedded.Publishing;
using Thermocline.Store;

namespace Thermocline.Events.Embedded;

/// <summary>The topics and groups there are: made in the store before they are used.</summary>
internal sealed class Registry(EngineParts parts) : IDisposable
{
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _making = new(1);
    private int _lastTopic;

    public IEnumerable<Topic> Topics => _topics.Values;

    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>Puts in what was read from the store.</summary>
    public void Add(Topic topic)
    {
        _topics[topic.Name] = topic;
        _lastTopic = Math.Max(_lastTopic, topic.Id);
    }

    /// <summary>The topic; null when there are too many.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public async ValueTask<Topic?> MakeTopicAsync(string name, CancellationToken cancellation)
    {
        if (Find(name) is { } known)
            return known;
        await _making.WaitAsync(cancellation);
        try
        {
            if (Find(name) is { } meanwhile)
                return meanwhile;
            if (_topics.Count >= EventLimits.TopicsMax)
                return null;
            var record = new TopicRecord(name, 0);
            await WriteAsync(new WriteOperation { Key = EventKeys.Topic(_lastTopic + 1), Value = record.Encode() });
            var topic = new Topic(_lastTopic + 1, record, [], parts);
            Add(topic);
            return topic;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>The group; null when the topic has too many.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public async ValueTask<Group?> MakeGroupAsync(Topic topic, SubscriptionOptions options, CancellationToken cancellation)
    {
        await _making.WaitAsync(cancellation);
        try
        {
            if (Array.Find(topic.Groups, group => group.Name == options.Group) is { } known)
                return known;
            if (topic.Groups.Length >= EventLimits.GroupsMax)
                return null;
            int id = topic.Groups.Select(static group => group.Id).Append(0).Max() + 1;
            // First in memory: what is published from here on is kept for it.
            Group made = topic.Add((oldest, next) =>
                new Group(id, topic, GroupRecord.At(options.Group, options.FromOldest ? oldest : next), parts, PublishDeadLetterAsync));
            await WriteOrForgetAsync(topic, made);
            return made;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Forgets a group; false when there is none of that name.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    /// <exception cref="InvalidOperationException">It has subscriptions.</exception>
    public async ValueTask<bool> RemoveGroupAsync(string topicName, string groupName, CancellationToken cancellation)
    {
        await _making.WaitAsync(cancellation);
        try
        {
            if (Find(topicName) is not { } topic || Array.Find(topic.Groups, each => each.Name == groupName) is not { } group)
                return false;
            if (!await group.TryRetireAsync(cancellation))
                throw new InvalidOperationException($"The group '{groupName}' has subscriptions. End them first.");
            // Its cursor may be all that says how far offsets are.
            WriteOperation[] batch =
            [
                new() { Key = EventKeys.Topic(topic.Id), Value = new TopicRecord(topic.Name, topic.Next).Encode() },
                new() { Key = EventKeys.Group(topic.Id, group.Id), Delete = true },
            ];
            await WriteOrReviveAsync(batch, group);
            topic.Remove(group);
            await group.DisposeAsync();
            return true;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>A group made of its record.</summary>
    public Group Restore(Topic topic, int id, GroupRecord record) =>
        topic.Add((_, _) => new Group(id, topic, record, parts, PublishDeadLetterAsync));

    public void Dispose() => _making.Dispose();

    private async ValueTask WriteOrReviveAsync(WriteOperation[] batch, Group group)
    {
        try
        {
            await WriteAsync(parts.Store.WriteAsync(batch));
        }
        catch (StoreException)
        {
            group.Revive();
            throw;
        }
    }

    private async ValueTask WriteOrForgetAsync(Topic topic, Group made)
    {
        try
        {
            await WriteAsync(new WriteOperation { Key = EventKeys.Group(topic.Id, made.Id), Value = made.Progress().Encode() });
        }
        catch (StoreException)
        {
            topic.Remove(made);
            throw;
        }
    }

    private ValueTask WriteAsync(in WriteOperation operation) => WriteAsync(parts.Store.WriteAsync(operation));

    private async ValueTask WriteAsync(ValueTask<WriteAnswer> write)
    {
        try
        {
            WriteAnswer answer = await write;
            if (answer.Outcome != WriteOutcome.Done)
                throw new StoreException(StoreFault.Full, $"The store answered {answer.Outcome}.");
            parts.Health.NoteWritten();
        }
        catch (StoreException failure)
        {
            parts.Health.NoteWrite(failure);
            throw;
        }
    }

    private ValueTask<PublishAnswer> PublishDeadLetterAsync(string topic, EventDraft draft) =>
        Find(topic) is { } known
            ? known.PublishAsync(new[] { draft }, DraftRules.OwnMetadataBytes, CancellationToken.None)
            : ValueTask.FromResult(new PublishAnswer(PublishOutcome.Invalid, $"There is no topic '{topic}'.", -1));
}
