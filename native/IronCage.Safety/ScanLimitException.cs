namespace IronCage.Safety;

/// <summary>A text that is longer, or holds more findings, than the options of its scanner allow. It was not scanned to its end, and nothing of it is handed out.</summary>
/// <param name="option">The limit, such as <c>max_text_bytes</c>.</param>
/// <param name="problem">By how much, and what to do about it.</param>
public sealed class ScanLimitException(string option, string problem) : Exception($"{option}: {problem}")
{
    /// <summary>The limit, such as <c>max_text_bytes</c>.</summary>
    public string Option { get; } = option;

    /// <summary>By how much, and what to do about it.</summary>
    public string Problem { get; } = problem;
}
