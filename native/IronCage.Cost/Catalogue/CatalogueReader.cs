using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>
/// Reads one catalogue file (schema 1, made by build/prices) with a forward-only reader: the first price is wanted within milliseconds of
/// start-up.
/// Anything unexpected is an error, since a file that is misread would misprice.
/// </summary>
internal ref struct CatalogueReader
{
    private Utf8JsonReader json;
    private string provider;
    private string source;
    private DateOnly checkedOn;

    private CatalogueReader(ReadOnlySpan<byte> file)
    {
        json = new Utf8JsonReader(file);
        provider = "";
        source = "";
    }

    /// <exception cref="InvalidDataException">The file is not a catalogue, or a price is not a whole number of picodollars per
    /// token.</exception>
    public static ProviderCatalogue Read(string provider, ReadOnlySpan<byte> file)
    {
        try
        {
            return new CatalogueReader(file).ReadFile(provider);
        }
        catch (Exception e)
            when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException($"the price catalogue of {provider} cannot be read: {e.Message}", e);
        }
    }

    private ProviderCatalogue ReadFile(string expected)
    {
        var catalogue = new ProviderCatalogue(expected);
        Next(JsonTokenType.StartObject);
        while (Property() is { } name)
        {
            switch (name)
            {
                case "schema":
                    Next(JsonTokenType.Number);
                    if (json.GetInt32() != 1)
                        throw new FormatException("unknown schema");
                    break;
                case "provider":
                    provider = Text();
                    if (provider != expected)
                        throw new FormatException("another provider");
                    break;
                case "source":
                    source = Text();
                    break;
                case "checked":
                    checkedOn = Date();
                    break;
                case "models":
                    Next(JsonTokenType.StartArray);
                    while (Begins(JsonTokenType.StartObject, JsonTokenType.EndArray))
                        ReadModel(catalogue);
                    break;
                default:
                    throw Unknown(name);
            }
        }

        return catalogue;
    }

    private void ReadModel(ProviderCatalogue catalogue)
    {
        string? id = null, tokenizer = null, field = null;
        long? window = null, mostOutput = null;
        var reasoning = false;
        List<string> exact = [], prefixes = [], open = [];
        List<(DateOnly From, PriceBuckets Buckets, PriceTier[] Tiers)> prices = [];
        while (Property() is { } name)
        {
            switch (name)
            {
                case "id":
                    id = Text();
                    break;
                case "match":
                    Next(JsonTokenType.StartObject);
                    while (Property() is { } kind)
                        ReadTexts(kind switch { "exact" => exact, "prefixes" => prefixes, "open" => open, _ => throw Unknown(kind) });
                    break;
                case "context_window":
                    Next(JsonTokenType.Number);
                    window = json.GetInt64();
                    break;
                case "max_output":
                    Next(JsonTokenType.Number);
                    mostOutput = json.GetInt64();
                    break;
                case "tokenizer":
                    tokenizer = TextOrNull();
                    break;
                case "reasoning":
                    json.Read();
                    reasoning = json.GetBoolean();
                    break;
                case "output_limit_field":
                    field = Text();
                    break;
                case "prices":
                    Next(JsonTokenType.StartArray);
                    while (Begins(JsonTokenType.StartObject, JsonTokenType.EndArray))
                        prices.Add(ReadPeriod());
                    break;
                default:
                    throw Unknown(name);
            }
        }

        if (id is null || prices.Count == 0)
            throw new FormatException("a model without id or prices");
        var periods = new (DateOnly From, ModelPrice Price)[prices.Count];
        for (var i = 0; i < periods.Length; i++)
        {
            periods[i] = (prices[i].From, new ModelPrice(id, provider, prices[i].Buckets, prices[i].Tiers)
            {
                ContextWindow = window,
                MaxOutput = mostOutput,
                Tokenizer = tokenizer,
                Reasoning = reasoning,
                OutputLimitField = field,
                Source = source,
                Checked = checkedOn,
            });
        }

        var entry = new ModelEntry(periods);
        catalogue.Add(entry);
        foreach (var name in exact)
            catalogue.AddExact(name, entry);
        foreach (var prefix in prefixes)
            catalogue.AddPrefix(prefix, entry);
        foreach (var prefix in open)
            catalogue.AddOpen(prefix, entry);
    }

    private (DateOnly From, PriceBuckets Buckets, PriceTier[] Tiers) ReadPeriod()
    {
        var from = DateOnly.MinValue;
        Picodollars? input = null;
        var buckets = default(PriceBuckets);
        List<PriceTier>? tiers = null;
        while (Property() is { } name)
        {
            switch (name)
            {
                case "from":
                    from = Date();
                    break;
                case "tiers":
                    Next(JsonTokenType.StartArray);
                    while (Begins(JsonTokenType.StartObject, JsonTokenType.EndArray))
                        (tiers ??= []).Add(ReadTier());
                    break;
                default:
                    ReadBucket(name, ref buckets, ref input);
                    break;
            }
        }

        if (input is null)
            throw new FormatException("a model without input price");
        return (from, buckets, tiers is null ? [] : [.. tiers]);
    }

    private PriceTier ReadTier()
    {
        var above = 0L;
        Picodollars? input = null;
        var buckets = default(PriceBuckets);
        while (Property() is { } name)
        {
            if (name == "above_input_tokens")
            {
                Next(JsonTokenType.Number);
                above = json.GetInt64();
            }
            else
            {
                ReadBucket(name, ref buckets, ref input);
            }
        }

        if (input is null)
            throw new FormatException("a tier without input price");
        return new PriceTier(above, buckets);
    }

    private void ReadBucket(string name, ref PriceBuckets buckets, ref Picodollars? input)
    {
        Next(JsonTokenType.String);
        if (!Utf8Parser.TryParse(json.ValueSpan, out decimal dollars, out var read) || read != json.ValueSpan.Length)
            throw new FormatException("a price that is no decimal");
        var price = PriceBuckets.PerToken(dollars);
        switch (name)
        {
            case "input":
                input = price;
                buckets = buckets with { Input = price };
                break;
            case "cached_input":
                buckets = buckets with { CachedInput = price };
                break;
            case "cache_write":
                buckets = buckets with { CacheWrite = price };
                break;
            case "output":
                buckets = buckets with { Output = price };
                break;
            case "audio_input":
                buckets = buckets with { AudioInput = price };
                break;
            case "audio_output":
                buckets = buckets with { AudioOutput = price };
                break;
            default:
                throw Unknown(name);
        }
    }

    private void ReadTexts(List<string> into)
    {
        Next(JsonTokenType.StartArray);
        while (Begins(JsonTokenType.String, JsonTokenType.EndArray))
            into.Add(json.GetString()!);
    }

    private string? Property() => Begins(JsonTokenType.PropertyName, JsonTokenType.EndObject) ? json.GetString() : null;

    private bool Begins(JsonTokenType wanted, JsonTokenType end)
    {
        json.Read();
        if (json.TokenType == wanted)
            return true;
        return json.TokenType == end ? false : throw new FormatException($"{json.TokenType} where {wanted} belongs");
    }

    private void Next(JsonTokenType wanted)
    {
        json.Read();
        if (json.TokenType != wanted)
            throw new FormatException($"{json.TokenType} where {wanted} belongs");
    }

    private string Text()
    {
        Next(JsonTokenType.String);
        return json.GetString()!;
    }

    private string? TextOrNull()
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetString();
    }

    private DateOnly Date() => DateOnly.ParseExact(Text(), "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static FormatException Unknown(string name) => new($"unknown field {name}");
}
