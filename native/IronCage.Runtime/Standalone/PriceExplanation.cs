using System.Buffers;
using System.Globalization;
using System.Text.Json;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang.Usage;
using IronCage.Runtime.Calls;

namespace IronCage.Runtime.Standalone;

/// <summary>What would be charged and why: the JSON of <c>ironcage_cost_explain</c>.</summary>
public static class PriceExplanation
{
    /// <summary>Answers a question about one model, about the models of a provider, or about the providers.</summary>
    /// <param name="engine">Whose catalogue and clock.</param>
    /// <param name="queryJson">As documented at the export.</param>
    /// <exception cref="ConfigException">The question cannot be understood.</exception>
    public static byte[] Explain(Engine engine, ReadOnlyMemory<byte> queryJson)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var query = PriceQuery.Read(engine, queryJson, hasAnswer: false);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (query.Model is { } model)
                WriteModel(writer, Resolve(engine, query, model), query.Usages);
            else if (query.Provider is { } provider)
                WriteModels(writer, engine.Catalogue.Of(provider), provider);
            else
                WriteProviders(writer, engine.Catalogue);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What an answer cost, by the usage that it tells: the JSON of <c>ironcage_cost_answer</c>.</summary>
    /// <param name="engine">Whose catalogue and clock.</param>
    /// <param name="queryJson">As documented at the export.</param>
    /// <param name="body">The answer: one JSON value.</param>
    /// <exception cref="ConfigException">The question or the answer cannot be understood.</exception>
    public static byte[] ExplainAnswer(Engine engine, ReadOnlyMemory<byte> queryJson, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var query = PriceQuery.Read(engine, queryJson, hasAnswer: true);
        if (!BilledAnswer.TryRead(body, query.Api, out var answer, out var problem))
            throw new ConfigException("response", problem);
        var model = query.Model ?? answer!.Model ?? throw new ConfigException("model", "is not told by the answer, so it must be given");
        var usage = WireTokens.Of(answer!.Usage);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("api", UsageApis.NameOf(answer.Api));
            WriteUsage(writer, usage);
            writer.WriteBoolean("extra_charge", answer.HasExtraCharge);
            WriteModel(writer, Resolve(engine, query, model), [usage]);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static PriceResolution Resolve(Engine engine, PriceQuery query, string model) =>
        query.Prices?.Resolve(query.Provider, model, query.At) ?? engine.Catalogue.Resolve(query.Provider, model, query.At);

    private static void WriteUsage(Utf8JsonWriter writer, in TokenUsage usage)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("input", usage.Input);
        writer.WriteNumber("cached_input", usage.Cached);
        writer.WriteNumber("cache_write", usage.CacheWrite);
        writer.WriteNumber("cache_write_hour", usage.CacheWriteHour);
        writer.WriteNumber("output", usage.Output);
        writer.WriteNumber("reasoning", usage.Reasoning);
        writer.WriteNumber("audio_input", usage.AudioInput);
        writer.WriteNumber("cached_audio_input", usage.CachedAudio);
        writer.WriteNumber("audio_output", usage.AudioOutput);
        writer.WriteNumber("image_input", usage.ImageInput);
        writer.WriteNumber("image_output", usage.ImageOutput);
        writer.WriteNumber("search", usage.Searches);
        writer.WriteEndObject();
    }

    private static void WriteProviders(Utf8JsonWriter writer, PriceCatalogue catalogue)
    {
        writer.WriteStartArray("providers");
        foreach (var provider in PriceCatalogue.Providers)
        {
            var models = catalogue.Of(provider.Id);
            writer.WriteStartObject();
            writer.WriteString("id", provider.Id);
            writer.WriteString("name", provider.Name);
            writer.WriteNumber("models", models.Count);
            WriteTexts(writer, "hosts", provider.Hosts);
            WriteOrigin(writer, models[0]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteModels(Utf8JsonWriter writer, IReadOnlyList<ModelPrice> models, string provider)
    {
        writer.WriteString("provider", provider);
        WriteOrigin(writer, models[0]);
        writer.WriteStartArray("models");
        foreach (var model in models)
        {
            writer.WriteStartObject();
            writer.WriteString("id", model.Id);
            WriteStated(writer, model.Buckets);
            writer.WriteNumber("tiers", model.Tiers.Count);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter writer, PriceResolution found, IReadOnlyList<TokenUsage> usages)
    {
        writer.WriteString("model", found.Model);
        writer.WriteString("provider", found.Price is { Provider.Length: > 0 } priced ? priced.Provider : found.Provider);
        writer.WriteString("problem", found.Problem);
        WriteTexts(writer, "nearest", found.Nearest);
        WriteTexts(writer, "elsewhere", found.Elsewhere);
        if (found.Price is not { } price)
            return;
        writer.WriteString("id", price.Id);
        writer.WriteString("matched", found.Name);
        writer.WriteString("rule", found.Rule);
        writer.WriteString("vendor", price.Vendor);
        writer.WriteBoolean("own", price.IsAssumed);
        writer.WriteBoolean("vendor_price", price.IsVendorPrice);
        writer.WriteBoolean("deprecated", price.IsDeprecated);
        WriteOrigin(writer, price);
        writer.WriteString("from", Day(price.From));
        writer.WriteString("until", Day(price.Until));
        if (price.Daily is { } hours)
            WriteTexts(writer, "daily", [hours.Start.ToString("HH:mm", CultureInfo.InvariantCulture), hours.End.ToString("HH:mm", CultureInfo.InvariantCulture)]);
        else
            writer.WriteNull("daily");
        WriteTexts(writer, "rounded_up", price.RoundedUp);
        WriteTokens(writer, "context_window", price.ContextWindow);
        WriteTokens(writer, "max_output", price.MaxOutput);
        WriteDollars(writer, "request_usd", price.PerRequest?.ToDollars());
        WriteDollars(writer, "search_usd", price.PerSearch?.ToDollars());
        writer.WriteStartArray("tiers");
        WriteTier(writer, price, above: 0);
        foreach (var tier in price.Tiers)
            WriteTier(writer, price, tier.AboveInputTokens);
        writer.WriteEndArray();
        WriteBills(writer, price, usages);
    }

    /// <summary>Every bucket at the price that it is charged at, be it by a rule.</summary>
    private static void WriteTier(Utf8JsonWriter writer, ModelPrice price, long above)
    {
        writer.WriteStartObject();
        writer.WriteNumber("above_input_tokens", above);
        writer.WriteStartObject("buckets");
        foreach (var item in Pricing.Itemise(price, new TokenUsage(1 + above, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1)))
        {
            if (item.Bucket == "request")
                continue;
            writer.WriteStartObject(item.Bucket);
            WriteDollars(writer, "usd_per_mtok", PriceBuckets.DollarsPerMillion(item.Each));
            WriteRules(writer, item.Derived);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteBills(Utf8JsonWriter writer, ModelPrice price, IReadOnlyList<TokenUsage> usages)
    {
        writer.WriteStartArray("bills");
        foreach (var usage in usages)
        {
            writer.WriteStartObject();
            try
            {
                var cost = Pricing.Cost(price, usage, out var rules);
                writer.WriteNumber("cost_pico", cost.Value);
                WriteDollars(writer, "cost_usd", cost.ToDollars());
                WriteRules(writer, rules);
            }
            catch (OverflowException)
            {
                throw new ConfigException("usages", "the cost is beyond what amounts can express, 9,223,372 dollars");
            }
            if (usages.Count == 1)
                WriteItems(writer, price, usage);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteItems(Utf8JsonWriter writer, ModelPrice price, in TokenUsage usage)
    {
        writer.WriteStartArray("items");
        foreach (var item in Pricing.Itemise(price, usage))
        {
            var isToken = item.Bucket is not ("request" or "search");
            writer.WriteStartObject();
            writer.WriteString("bucket", item.Bucket);
            writer.WriteNumber("count", item.Count);
            WriteDollars(writer, isToken ? "usd_per_mtok" : "usd_each", isToken ? PriceBuckets.DollarsPerMillion(item.Each) : item.Each.ToDollars());
            WriteDollars(writer, "cost_usd", item.Cost.ToDollars());
            WriteRules(writer, item.Derived);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteStated(Utf8JsonWriter writer, in PriceBuckets buckets)
    {
        foreach (var (name, each) in buckets.ByName())
            WriteDollars(writer, name, each is { } stated ? PriceBuckets.DollarsPerMillion(stated) : null);
    }

    private static void WriteOrigin(Utf8JsonWriter writer, ModelPrice price)
    {
        writer.WriteString("source", price.Source);
        writer.WriteString("checked", Day(price.Checked));
    }

    /// <summary>The rules in words; empty where every price is stated.</summary>
    private static void WriteRules(Utf8JsonWriter writer, DerivedRules rules)
    {
        writer.WriteStartArray("derived");
        foreach (var rule in Enum.GetValues<DerivedRules>())
        {
            if (rule != DerivedRules.None && rules.HasFlag(rule))
                writer.WriteStringValue(Words(rule));
        }
        writer.WriteEndArray();
    }

    private static string Words(DerivedRules rule) => rule switch
    {
        DerivedRules.CachedAsInput => "cached input as input",
        DerivedRules.CacheWriteFromInput => "cache writes from the input price",
        DerivedRules.AudioAsText => "audio as text, which is no bound",
        DerivedRules.OutputAsInput => "output as input",
        DerivedRules.HourCacheWriteFromInput => "cache writes of an hour at twice the input price",
        DerivedRules.CachedAudioAsAudio => "cached audio as audio",
        DerivedRules.ImageAsText => "images as text",
        DerivedRules.VendorPrice => "the vendor's own price",
        DerivedRules.SearchesUnpriced => "searches are not charged: their price is not stated",
        _ => rule.ToString(),
    };

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static void WriteTokens(Utf8JsonWriter writer, string name, long? tokens)
    {
        if (tokens is { } known)
            writer.WriteNumber(name, known);
        else
            writer.WriteNull(name);
    }

    private static void WriteDollars(Utf8JsonWriter writer, string name, decimal? dollars)
    {
        if (dollars is { } known)
            writer.WriteString(name, known.ToString("0.############", CultureInfo.InvariantCulture));
        else
            writer.WriteNull(name);
    }
}
