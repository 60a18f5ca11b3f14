using System.Text;
using System.Text.Json;
using IronCage.Core.Money;

namespace IronCage.Lang.Usage;

/// <summary>Walks a usage object and hands its numbers, at any depth, to whoever knows their names.</summary>
internal static class UsageWalker
{
    /// <summary>Reads the object at the reader, which then stands on its end. Null when it is none (null, a text), or its figures are none.</summary>
    public static WireUsage? Read<TCounts>(ref Utf8JsonReader reader)
        where TCounts : struct, IUsageCounts
    {
        var counts = default(TCounts);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        Walk(ref reader, ref counts, default, default);
        return counts.ToWire();
    }

    private static void Walk<TCounts>(ref Utf8JsonReader reader, ref TCounts counts, ReadOnlySpan<byte> parent, ReadOnlySpan<byte> kind)
        where TCounts : struct, IUsageCounts
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(reader);
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    Walk(ref reader, ref counts, name, default);
                    break;
                case JsonTokenType.StartArray:
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        if (reader.TokenType == JsonTokenType.StartObject)
                            Walk(ref reader, ref counts, name, KindOf(reader));
                        else
                            reader.Skip();
                    }
                    break;
                case JsonTokenType.Null: // not told
                    break;
                default:
                    var count = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var n) && n is >= 0 and <= UsageFigure.Implausible ? n : -1;
                    counts.Take(new UsageFigure { Parent = parent, Kind = kind, Name = name, Count = count, Dollars = name.EndsWith("cost"u8) ? Dollars(reader) : null });
                    break;
            }
        }
    }

    /// <summary>More than any call costs; a provider that says more is not believed.</summary>
    private const decimal ImplausibleDollars = 1_000_000;

    private static Picodollars? Dollars(Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var dollars) && dollars is >= 0 and <= ImplausibleDollars
            ? new Picodollars((long)decimal.Ceiling(dollars * Picodollars.PerDollar))
            : null;

    private static ReadOnlySpan<byte> NameOf(Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        try
        {
            return Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        catch (InvalidOperationException) // no text
        {
            return reader.ValueSpan;
        }
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static ReadOnlySpan<byte> KindOf(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKind = reader.ValueSpan.SequenceEqual("modality"u8) || reader.ValueSpan.SequenceEqual("ttl"u8) || reader.ValueSpan.SequenceEqual("type"u8);
            reader.Read();
            if (isKind && reader.TokenType == JsonTokenType.String)
                return reader.ValueSpan;
            reader.Skip();
        }
        return default;
    }
}
