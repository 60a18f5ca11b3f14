using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using IronCage.Core.Money;

namespace IronCage.Runtime.Protections;

/// <summary>Typed reads of option values that say which option is wrong and what is accepted.</summary>
internal static class OptionsJson
{
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        JsonDocument document;
        try
        {
            if (!Utf8.IsValid(json.Span))
                throw new ConfigException("options", "are not valid UTF-8");
            document = JsonDocument.Parse(json.IsEmpty ? "{}"u8.ToArray() : json, new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException)
        {
            throw new ConfigException("options", "are not valid JSON");
        }
        if (document.RootElement.ValueKind == JsonValueKind.Object && IsText(document.RootElement))
            return document;
        var problem = document.RootElement.ValueKind == JsonValueKind.Object ? "hold a string that is no text (half of a surrogate pair)" : "must be a JSON object";
        document.Dispose();
        throw new ConfigException("options", problem);
    }

    /// <summary>Whether every name and string can be read as text: an escape such as "\ud800" alone is valid JSON and no text.</summary>
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(p => p.Name is not null && IsText(p.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public static string Text(JsonElement value, string name, int maximum)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= maximum)
            return text;
        throw new ConfigException(name, $"must be a string of 1 to {maximum} characters");
    }

    /// <summary>A list of strings.</summary>
    public static List<string> Texts(JsonElement value, string name, int most, int maximum)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw new ConfigException(name, $"must be a list of at most {most} strings");
        var texts = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
            texts.Add(item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text && text.Length <= maximum
                ? text
                : throw new ConfigException($"{name}[{texts.Count}]", $"must be a string of 1 to {maximum} characters"));
        return texts;
    }

    /// <summary>A list of shares, ascending.</summary>
    public static List<double> Shares(JsonElement value, string name)
    {
        const string Accepted = "must be a list of numbers above 0 and at most 1";
        if (value.ValueKind != JsonValueKind.Array)
            throw new ConfigException(name, Accepted);
        var shares = new List<double>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || item.GetDouble() is not (> 0 and <= 1))
                throw new ConfigException(name, Accepted);
            shares.Add(item.GetDouble());
        }
        shares.Sort();
        return shares;
    }

    /// <summary>At most 32 tags of 1 to 100 characters without line breaks.</summary>
    public static List<string> Tags(JsonElement value, string name)
    {
        var tags = Texts(value, name, 32, 100);
        var broken = tags.FindIndex(tag => tag.AsSpan().ContainsAny('\r', '\n'));
        return broken < 0 ? tags : throw new ConfigException($"{name}[{broken}]", "must not have line breaks");
    }

    /// <summary>A list of objects, each read under its own name.</summary>
    public static List<T> Objects<T>(JsonElement value, string name, int most, Func<JsonElement, string, T> read)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw new ConfigException(name, $"must be a list of at most {most} objects");
        var items = new List<T>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var option = $"{name}[{items.Count}]";
            items.Add(item.ValueKind == JsonValueKind.Object ? read(item, option) : throw new ConfigException(option, "must be an object"));
        }
        return items;
    }

    public static bool Bool(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ConfigException(name, "must be true or false"),
    };

    public static double Number(JsonElement value, string name, double minimum, double maximum)
    {
        if (value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= minimum && number <= maximum)
            return number;
        throw new ConfigException(name, string.Create(CultureInfo.InvariantCulture, $"must be a number from {minimum} to {maximum}"));
    }

    public static int Integer(JsonElement value, string name, int minimum, int maximum)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum)
            return number;
        throw new ConfigException(name, $"must be an integer from {minimum} to {maximum}");
    }

    public static string OneOf(JsonElement value, string name, params ReadOnlySpan<string> accepted)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var text = value.GetString()!;
            foreach (var candidate in accepted)
            {
                if (candidate == text)
                    return candidate;
            }
        }
        throw new ConfigException(name, $"must be one of {string.Join(", ", accepted!)}");
    }

    /// <summary>A positive amount as a decimal string, or null.</summary>
    public static Picodollars? Dollars(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (Amount(value, NumberStyles.AllowDecimalPoint) is > 0 and <= MostDollars and var dollars)
            return Picodollars.FromDollars(dollars);
        throw new ConfigException(name, $"must be an amount above 0 and at most {MostDollars} dollars, with at most 12 decimal places");
    }

    /// <summary>An amount as a decimal string, which may be negative.</summary>
    public static Picodollars SignedDollars(JsonElement value, string name)
    {
        if (Amount(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign) is >= -MostDollars and <= MostDollars and var dollars)
            return Picodollars.FromDollars(dollars);
        throw new ConfigException(name, $"must be an amount from -{MostDollars} to {MostDollars} dollars, with at most 12 decimal places");
    }

    private const int MostDollars = 9_000_000;

    private static decimal? Amount(JsonElement value, NumberStyles style)
    {
        // Beyond 28 digits decimal rounds silently; no amount in range needs more than 20 characters.
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= 24 } text
            && decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var dollars)
            && Math.Abs(dollars) <= MostDollars && dollars * Picodollars.PerDollar == decimal.Truncate(dollars * Picodollars.PerDollar))
            return dollars;
        return null;
    }

    /// <summary>An instant in ISO 8601 with its offset, or a date, which begins at midnight UTC.</summary>
    public static DateTimeOffset Instant(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
            return instant;
        throw new ConfigException(name, "must be an instant such as \"2026-11-30T08:00:00Z\", or a date");
    }
}
