namespace IronCage.Core.Control;

/// <summary>A use of a tool that waits for approval, as a store keeps it while it waits.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Agent">Whose it is.</param>
/// <param name="Request">What is asked, a JSON object for who decides.</param>
/// <param name="Until">When nobody waits any more, in whole milliseconds.</param>
public sealed record ApprovalNote(string Id, string Agent, string Request, DateTimeOffset Until);
