namespace IronCage.Lang;

/// <summary>A tool that an answer uses.</summary>
/// <param name="Name">Its name; null where that is missing or unclear.</param>
/// <param name="Arguments">The JSON value that it is used with, in the body; empty where there is none.</param>
public readonly record struct ToolCall(string? Name, Range Arguments);
