using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

/// <summary>What is noted of a call for telemetry, and only when somebody asks for it. No text of anybody's is ever among it.</summary>
/// <param name="began">A timestamp of the engine's clock.</param>
internal sealed class CallFacts(long began)
{
    /// <summary>When the call began.</summary>
    public long Began => began;

    /// <summary>When the first piece of a stream came; 0: none did.</summary>
    public long FirstPiece { get; set; }

    /// <summary>What the answer says of itself.</summary>
    public AnswerFacts Answer { get; } = new();

    /// <summary>The model that answered; null where that is not told.</summary>
    public string? AnsweredBy { get; private set; }

    /// <summary>The usage is the provider's own, not counted here.</summary>
    public bool IsToldUsage { get; set; }

    /// <summary>What it cost; null while it is not settled.</summary>
    public Picodollars? Cost { get; private set; }

    /// <summary>What it used.</summary>
    public TokenUsage Usage { get; private set; }

    /// <summary>The cost had to be estimated.</summary>
    public bool IsEstimated { get; private set; }

    /// <summary>The name of the error with which it, or its answer, was refused; null: it was not.</summary>
    public string? Refused { get; set; }

    /// <summary>How many findings of each kind stood in the request.</summary>
    public SortedDictionary<string, int> InRequest { get; } = new(StringComparer.Ordinal);

    /// <summary>How many stood in the answer.</summary>
    public SortedDictionary<string, int> InAnswer { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes what a whole answer says.</summary>
    public void Take(LlmAnswer answer, ReadOnlySpan<byte> body)
    {
        AnsweredBy = answer.Model;
        Answer.Read(body);
    }

    /// <summary>Takes what was found.</summary>
    public void Found(IReadOnlyList<FindingRecord> records, bool output)
    {
        var counts = output ? InAnswer : InRequest;
        foreach (var record in records)
            counts[record.Kind] = counts.GetValueOrDefault(record.Kind) + 1;
    }

    /// <summary>Takes the settlement.</summary>
    public void Settled(Picodollars cost, in TokenUsage usage, bool estimated)
    {
        Cost = cost;
        Usage = usage;
        IsEstimated = estimated;
    }
}
