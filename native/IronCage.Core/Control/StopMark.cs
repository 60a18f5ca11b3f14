namespace IronCage.Core.Control;

/// <summary>That an agent was stopped by hand, as a store keeps it.</summary>
/// <param name="Agent">The agent's id.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="At">When, in whole milliseconds.</param>
public sealed record StopMark(string Agent, string Reason, DateTimeOffset At);
