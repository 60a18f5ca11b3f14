using System.Globalization;
using System.Text.Json;
using IronCage.Cost;
using IronCage.Lang.Usage;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Standalone;

/// <summary>A question about prices, as of <c>ironcage_cost_explain</c> and <c>ironcage_cost_answer</c>.</summary>
internal sealed record PriceQuery
{
    /// <summary>More tokens than any call can have.</summary>
    private const long MostTokens = 1_000_000_000;

    private const int MostUsages = 100_000;

    public string? Model { get; private set; }
    public string? Provider { get; private set; }
    public UsageApi? Api { get; private set; }
    public DateTimeOffset? At { get; private set; }
    public IReadOnlyList<TokenUsage> Usages { get; private set; } = [];
    public PriceBook? Prices { get; private set; }

    /// <param name="engine">Whose catalogue.</param>
    /// <param name="json">The question.</param>
    /// <param name="hasAnswer">Whether an answer goes with it, which tells the usage.</param>
    /// <exception cref="ConfigException">A field is unknown, of the wrong type or out of range.</exception>
    public static PriceQuery Read(Engine engine, ReadOnlyMemory<byte> json, bool hasAnswer)
    {
        using var document = OptionsJson.Parse(json);
        var query = new PriceQuery();
        string? host = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var (name, value) = (property.Name, property.Value);
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            switch (name)
            {
                case "model": query.Model = OptionsJson.Text(value, name, 1000); break;
                case "provider": query.Provider = Known(OptionsJson.Text(value, name, 100)); break;
                case "host": host = OptionsJson.Text(value, name, 255).ToLowerInvariant(); break;
                case "at": query.At = Time(OptionsJson.Text(value, name, 40)); break;
                case "api" when hasAnswer: query.Api = KnownApi(OptionsJson.Text(value, name, 100)); break;
                case "usages" when !hasAnswer: query.Usages = OptionsJson.Objects(value, name, MostUsages, Usage); break;
                case "prices": query.Prices = PriceFileText.Book(PriceFileText.Read(value, name), engine); break;
                default: throw new ConfigException(name, $"is not accepted; accepted are model, provider, host, at, {(hasAnswer ? "api" : "usages")}, prices");
            }
        }
        if (host is not null && query.Provider is not null)
            throw new ConfigException("host", "cannot be given together with provider");
        if (host is not null)
            query.Provider = engine.Catalogue.ProviderAt(host);
        return query.Model is not null || query.Usages.Count == 0 ? query : throw new ConfigException("usages", "need a model");
    }

    private static string Known(string provider) => PriceCatalogue.Providers.Any(known => known.Id == provider)
        ? provider
        : throw new ConfigException("provider", $"must be one of {string.Join(", ", PriceCatalogue.Providers.Select(known => known.Id))}");

    private static UsageApi KnownApi(string name) =>
        UsageApis.TryParse(name, out var api) ? api : throw new ConfigException("api", $"must be one of {UsageApis.Names}");

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : throw new ConfigException("at", "must be a date or a time in UTC: YYYY-MM-DD or YYYY-MM-DDTHH:MM[:SS]");

    private static TokenUsage Usage(JsonElement value, string option)
    {
        var usage = default(TokenUsage);
        foreach (var property in value.EnumerateObject())
        {
            var name = $"{option}[{property.Name}]";
            var count = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var number) && number is >= 0 and <= MostTokens
                ? number
                : throw new ConfigException(name, "must be a whole number from 0 to 1000000000");
            usage = property.Name switch
            {
                "input" => usage with { Input = count },
                "cached_input" => usage with { Cached = count },
                "cache_write" => usage with { CacheWrite = count },
                "cache_write_hour" => usage with { CacheWriteHour = count },
                "output" => usage with { Output = count },
                "reasoning" => usage with { Reasoning = count },
                "audio_input" => usage with { AudioInput = count },
                "cached_audio_input" => usage with { CachedAudio = count },
                "audio_output" => usage with { AudioOutput = count },
                "image_input" => usage with { ImageInput = count },
                "image_output" => usage with { ImageOutput = count },
                "search" => usage with { Searches = count },
                _ => throw new ConfigException(name, "is no bucket; there are input, cached_input, cache_write, cache_write_hour, output, reasoning (a part of output), audio_input, "
                    + "cached_audio_input, audio_output, image_input, image_output, search"),
            };
        }
        return usage.Reasoning <= usage.Output ? usage : throw new ConfigException($"{option}[reasoning]", "is a part of output, so at most that");
    }
}
