using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>Reads the values of price files forward, each checked; what is not accepted becomes a <see cref="PriceFileException"/> with its line.</summary>
internal ref struct PriceJson(ReadOnlySpan<byte> text)
{
    /// <summary>The longest amount: a million dollars with twelve decimal places. Beyond 28 digits decimal would round without a word.</summary>
    private const int LongestAmount = 24;

    private static readonly SearchValues<byte> AmountCharacters = SearchValues.Create("0123456789."u8);

    private readonly ReadOnlySpan<byte> text = text;
    private Utf8JsonReader json = new(text);

    /// <summary>What the values belong to, for messages: <c>model 'x'</c>.</summary>
    public string Subject { get; set; } = "";

    /// <summary>The name of the next property of the object; null at its end.</summary>
    public string? Property() => Begins(JsonTokenType.PropertyName, JsonTokenType.EndObject, "a property") ? String() : null;

    /// <summary>Whether an object follows in an array; false at its end.</summary>
    public bool Item() => Begins(JsonTokenType.StartObject, JsonTokenType.EndArray, "an object");

    public void Object() => Next(JsonTokenType.StartObject, "an object");

    public void Array() => Next(JsonTokenType.StartArray, "an array");

    /// <summary>Whether an object is the next value; an array otherwise.</summary>
    public bool ObjectOrArray()
    {
        Advance();
        return json.TokenType == JsonTokenType.StartObject
            || (json.TokenType == JsonTokenType.StartArray ? false : throw Wrong("an object or an array of objects is accepted"));
    }

    /// <summary>A text of 1 to 256 printable ASCII characters without spaces: names of models and providers.</summary>
    public string Name(string what)
    {
        Next(JsonTokenType.String, "a text");
        return Checked(what);
    }

    public void Names(string what, List<string> into)
    {
        Array();
        while (Begins(JsonTokenType.String, JsonTokenType.EndArray, "a text"))
            into.Add(Checked(what));
    }

    public string Text(string what)
    {
        Next(JsonTokenType.String, "a text");
        return String() is { Length: > 0 and <= 1000 } read ? read : throw Wrong($"{what} is a text of 1 to 1,000 characters");
    }

    public bool Bool(string what)
    {
        Advance();
        return json.TokenType is JsonTokenType.True or JsonTokenType.False ? json.GetBoolean() : throw Wrong($"{what} is true or false");
    }

    public long Tokens(string what)
    {
        Advance();
        return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var tokens) && tokens is >= 1 and <= 1_000_000_000
            ? tokens
            : throw Wrong($"{what} is a whole number of tokens, 1 to 1,000,000,000");
    }

    /// <summary>Dollars per million tokens, as a text or a number: a whole number of picodollars per token.</summary>
    public Picodollars PerMillion(string what) =>
        Amount() is { } dollars && dollars is >= 0 and <= PriceBuckets.HighestDollarsPerMillion && dollars * 1_000_000 is var pico && pico == decimal.Truncate(pico)
            ? new Picodollars((long)pico)
            : throw Wrong($"{what} is a price in dollars per million tokens, 0 to 1,000,000 with at most 6 decimal places");

    /// <summary>Dollars for one request or search.</summary>
    public Picodollars Each(string what) =>
        Amount() is { } dollars && dollars is >= 0 and <= 1000 && dollars * Picodollars.PerDollar is var pico && pico == decimal.Truncate(pico)
            ? new Picodollars((long)pico)
            : throw Wrong($"{what} is a price in dollars for one, 0 to 1,000 with at most 12 decimal places");

    public DateOnly Date(string what)
    {
        Next(JsonTokenType.String, "a text");
        return DateOnly.TryParseExact(String(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Wrong($"{what} is a date, YYYY-MM-DD");
    }

    /// <summary>Two times of the day.</summary>
    public (TimeOnly Start, TimeOnly End) Hours(string what)
    {
        Array();
        var (start, end) = (Time(what), Time(what));
        Next(JsonTokenType.EndArray, "two times");
        return start != end ? (start, end) : throw Wrong($"{what} is a start and another end");
    }

    /// <summary>Nothing but white space may follow the document.</summary>
    public void End()
    {
        try
        {
            if (json.Read())
                throw Wrong("nothing may follow");
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    public readonly PriceFileException Wrong(string problem)
    {
        var line = 1 + text[..(int)Math.Min(json.TokenStartIndex, text.Length)].Count((byte)'\n');
        return new PriceFileException(line, Subject.Length == 0 ? problem : $"{Subject}: {problem}");
    }

    private TimeOnly Time(string what)
    {
        Next(JsonTokenType.String, "a text");
        return TimeOnly.TryParseExact(String(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw Wrong($"{what} is two times of the day in UTC, [\"HH:MM\", \"HH:MM\"]");
    }

    private decimal? Amount()
    {
        Advance();
        var isAmount = json.TokenType is JsonTokenType.String or JsonTokenType.Number && json.ValueSpan.Length is > 0 and <= LongestAmount
            && json.ValueSpan.IndexOfAnyExcept(AmountCharacters) < 0;
        return isAmount && Utf8Parser.TryParse(json.ValueSpan, out decimal amount, out var read) && read == json.ValueSpan.Length ? amount : null;
    }

    private readonly string Checked(string what) =>
        String() is { Length: > 0 and <= 256 } name && name.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? name
            : throw Wrong($"{what} is 1 to 256 printable ASCII characters without spaces");

    private readonly string String()
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("this is no text: half of a surrogate pair, or no UTF-8");
        }
    }

    private bool Begins(JsonTokenType wanted, JsonTokenType end, string what)
    {
        Advance();
        if (json.TokenType == wanted)
            return true;
        return json.TokenType == end ? false : throw Wrong($"{what} belongs here");
    }

    private void Next(JsonTokenType wanted, string what)
    {
        Advance();
        if (json.TokenType != wanted)
            throw Wrong($"{what} belongs here");
    }

    private void Advance()
    {
        try
        {
            if (!json.Read())
                throw Wrong("the file ends early");
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    private static PriceFileException Malformed(JsonException e) => new((e.LineNumber ?? 0) + 1, "this is no JSON");
}
