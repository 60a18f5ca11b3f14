using System.Buffers;
using System.Globalization;
using System.Text.Json;
using IronCage.Core.Money;
using IronCage.Cost;

namespace IronCage.Runtime.Standalone;

/// <summary>The cost engine on its own: what <c>count_tokens</c> and <c>price</c> give.</summary>
public static class CostTools
{
    /// <summary>Tokens by the model's public tokenizer; null when the model is unknown or its tokenizer is not public.</summary>
    public static long? CountTokens(Engine engine, ReadOnlySpan<byte> text, string model) =>
        engine.Catalogue.Find(model) is { } price && engine.Tokens.TryCount(text, price.Tokenizer, out var tokens) ? tokens : null;

    /// <summary>The JSON of <c>ironcage_cost_price</c>; null for a model without a price.</summary>
    public static byte[]? Price(Engine engine, string model)
    {
        if (engine.Catalogue.Find(model) is not { } price)
            return null;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("model", price.Id);
            writer.WriteString("provider", price.Provider);
            WriteBuckets(writer, price.Buckets);
            Write(writer, "request_usd", price.PerRequest?.ToDollars());
            Write(writer, "search_usd", price.PerSearch?.ToDollars());
            WriteTokens(writer, "context_window", price.ContextWindow);
            WriteTokens(writer, "max_output", price.MaxOutput);
            writer.WriteStartArray("tiers");
            foreach (var tier in price.Tiers)
            {
                writer.WriteStartObject();
                writer.WriteNumber("above_input_tokens", tier.AboveInputTokens);
                WriteBuckets(writer, tier.Buckets);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteString("source", price.Source);
            if (price.Checked is { } day)
                writer.WriteString("checked", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            else
                writer.WriteNull("checked");
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTokens(Utf8JsonWriter writer, string name, long? tokens)
    {
        if (tokens is { } known)
            writer.WriteNumber(name, known);
        else
            writer.WriteNull(name);
    }

    private static void WriteBuckets(Utf8JsonWriter writer, in PriceBuckets buckets)
    {
        foreach (var (name, price) in buckets.ByName())
            Write(writer, name + "_usd_per_mtok", price is { } perToken ? PriceBuckets.DollarsPerMillion(perToken) : null);
    }

    private static void Write(Utf8JsonWriter writer, string name, decimal? dollars)
    {
        if (dollars is { } known)
            writer.WriteString(name, known.ToString("0.############", CultureInfo.InvariantCulture));
        else
            writer.WriteNull(name);
    }
}
