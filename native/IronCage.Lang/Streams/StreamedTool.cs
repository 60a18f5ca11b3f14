namespace IronCage.Lang.Streams;

/// <summary>What one event says of a tool that is used.</summary>
/// <param name="Key">As of <see cref="StreamSegment.Tool"/>.</param>
/// <param name="Name">As of <see cref="ToolUse"/>.</param>
/// <param name="Arguments">As of <see cref="ToolUse"/>, in the event.</param>
internal readonly record struct StreamedTool(ulong Key, string? Name, Range Arguments);
