using System.Text.Unicode;

namespace IronCage.Runtime.Runs;

/// <summary>The last whole answers that a run was given, by what was asked, word for word. Bounded; what was asked longest ago goes first. Thread-safe.</summary>
internal sealed class AnswerMemory
{
    /// <summary>Answers that are kept.</summary>
    public const int Most = 64;

    /// <summary>Bytes that a request, and its answer, may have to be kept.</summary>
    public const int Longest = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<Kept> _kept = new();

    private sealed record Kept(string Whom, byte[] Asked, byte[] Answer);

    /// <summary>Keeps an answer in the place of the one before.</summary>
    /// <param name="whom">Host, protocol and model that were asked.</param>
    /// <param name="asked">The body of the request.</param>
    /// <param name="answer">The body of the answer, as the agent got it.</param>
    public void Keep(string whom, byte[] asked, ReadOnlySpan<byte> answer)
    {
        if (asked.Length > Longest || answer.Length is 0 or > Longest || !Utf8.IsValid(answer))
            return;
        var kept = new Kept(whom, asked, answer.ToArray());
        lock (_gate)
        {
            if (Node(whom, asked) is { } earlier)
                _kept.Remove(earlier);
            else if (_kept.Count == Most)
                _kept.RemoveFirst();
            _kept.AddLast(kept);
        }
    }

    /// <summary>The last answer to the very same request; null: none is kept.</summary>
    public byte[]? Find(string whom, ReadOnlySpan<byte> asked)
    {
        lock (_gate)
            return Node(whom, asked)?.Value.Answer;
    }

    private LinkedListNode<Kept>? Node(string whom, ReadOnlySpan<byte> asked)
    {
        for (var node = _kept.Last; node is not null; node = node.Previous)
        {
            if (node.Value.Whom == whom && asked.SequenceEqual(node.Value.Asked))
                return node;
        }
        return null;
    }
}
