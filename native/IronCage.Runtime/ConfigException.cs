namespace IronCage.Runtime;

/// <summary>An option that is unknown, of the wrong type or out of range. The message names the option and the accepted range.</summary>
public sealed class ConfigException(string option, string problem) : Exception($"{option}: {problem}")
{
    public string Option { get; } = option;
}
