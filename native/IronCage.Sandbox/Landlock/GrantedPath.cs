using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Landlock;

/// <summary>Rights that something of a policy grants at a path.</summary>
/// <param name="Path">An absolute path without links.</param>
/// <param name="Kind">What is there.</param>
/// <param name="Access">The rights, whatever the kernel has.</param>
/// <param name="Option">What grants them: an option with its index, or the run-time set.</param>
internal readonly record struct GrantedPath(string Path, PathKind Kind, FsRights Access, string Option);
