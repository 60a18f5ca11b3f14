using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace IronCage.Sandbox.Policy;

/// <summary>Typed reads of option values that say which option is wrong and what is accepted.</summary>
internal static class PolicyValues
{
    /// <summary>More than any policy needs; a list of millions would be a mistake.</summary>
    private const int LongestList = 4096;

    public static bool Bool(JsonElement value, string option) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new PolicyException(option, "must be true or false"),
    };

    public static int Integer(JsonElement value, string option, int minimum, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw new PolicyException(option, string.Create(CultureInfo.InvariantCulture, $"must be an integer from {minimum:N0} to {maximum:N0}"));

    /// <summary>A time in seconds, above 0.</summary>
    public static TimeSpan Seconds(JsonElement value, string option, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds > 0 && seconds <= maximum
            // Less than a millisecond would round to no time at all.
            ? TimeSpan.FromSeconds(Math.Max(seconds, 0.001))
            : throw new PolicyException(option, string.Create(CultureInfo.InvariantCulture, $"must be a number of seconds above 0 and at most {maximum:N0}"));

    public static string Text(JsonElement value, string option) =>
        value.ValueKind == JsonValueKind.String ? Decoded(value, option) : throw new PolicyException(option, "must be a string");

    public static ImmutableArray<string> Texts(JsonElement value, string option) => List(value, option, "strings", Text);

    /// <summary>Ports: a list of 1 to 65,535, or true (any) or false (none).</summary>
    public static PortSet Ports(JsonElement value, string option) => value.ValueKind switch
    {
        JsonValueKind.True => PortSet.All,
        JsonValueKind.False => PortSet.None,
        JsonValueKind.Array => PortSet.Of(List(value, option, "ports", (item, name) => (ushort)Integer(item, name, 1, 65_535))),
        _ => throw new PolicyException(option, "must be true, false or a list of ports"),
    };

    public static ImmutableSortedDictionary<string, string> Variables(JsonElement value, string option)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new PolicyException(option, "must be an object of strings");
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var variable in value.EnumerateObject())
            variables[VariableName(variable.Name, option)] = Text(variable.Value, $"{option}[{variable.Name}]");
        return variables.ToImmutable();
    }

    public static ImmutableArray<string> VariableNames(JsonElement value, string option) =>
        List(value, option, "names of variables", (item, name) => VariableName(Text(item, name), name));

    private static string VariableName(string name, string option) =>
        name.Length > 0 && !name.AsSpan().ContainsAny('=', '\0') ? name : throw new PolicyException(option, "holds a name of a variable that is empty or has = or NUL in it");

    private static ImmutableArray<T> List<T>(JsonElement value, string option, string what, Func<JsonElement, string, T> read)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > LongestList)
            throw new PolicyException(option, string.Create(CultureInfo.InvariantCulture, $"must be a list of at most {LongestList:N0} {what}"));
        var items = ImmutableArray.CreateBuilder<T>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
            items.Add(read(item, $"{option}[{items.Count}]"));
        return items.ToImmutable();
    }

    private static string Decoded(JsonElement value, string option)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is valid JSON and no text: Python's way to write a path that is no UTF-8.
            throw new PolicyException(option, "must be text in UTF-8");
        }
    }
}
