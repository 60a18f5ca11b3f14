using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Landlock;

/// <summary>Rights at a path and below it.</summary>
/// <param name="Path">An absolute path without symbolic links: to be opened without following any, so that one put there since is an error.</param>
/// <param name="Access">The rights; only those that a file can have where the path is no directory.</param>
/// <param name="Kind">What was there at compilation; something of another kind at launch is an error.</param>
public readonly record struct PathRule(string Path, FsRights Access, PathKind Kind);
