namespace IronCage.Sandbox.Policy;

/// <summary>A policy that cannot be meant: an option that is unknown, out of range, or contradicts another. The message names the option and what is accepted.</summary>
public sealed class PolicyException(string option, string problem) : Exception($"{option}: {problem}")
{
    /// <summary>The option, as the user spells it, with the index in a list.</summary>
    public string Option { get; } = option;
}
