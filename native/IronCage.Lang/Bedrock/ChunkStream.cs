using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.EventStream;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>A streamed answer of invoke-with-response-stream: events of the model's own protocol in base64, each in a <c>chunk</c>.</summary>
public abstract class ChunkStream : EventFrameStream
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    /// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
    private protected ChunkStream(Func<TextUse, ITextScreen>? newScreen)
        : base(newScreen)
    {
    }

    /// <inheritdoc/>
    /// <remarks>Base64 alone, and once: lenient decoders pass over other characters, and of two values one is read.</remarks>
    private protected sealed override (Range Place, byte[] Inside)? Open(string type, ReadOnlySpan<byte> payload)
    {
        if (type != "chunk")
            return null;
        (Range, byte[])? opened = null;
        try
        {
            var reader = new Utf8JsonReader(payload, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return (default, []);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isBytes = ReaderText.Is(ref reader, "bytes"u8);
                reader.Read();
                if (isBytes && (opened is not null || reader.TokenType != JsonTokenType.String || (opened = Decode(ref reader)) is null))
                    return (default, []);
                reader.Skip();
            }
            return reader.Read() ? (default, []) : opened ?? (default, []);
        }
        catch (JsonException)
        {
            return (default, []);
        }
    }

    private static (Range, byte[])? Decode(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return null;
        var raw = reader.ValueSpan;
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(raw.Length)];
        if (Base64.DecodeFromUtf8(raw, bytes, out var used, out var written) != OperationStatus.Done || used != raw.Length)
            return null;
        var place = BodyString.Place(ref reader);
        return (place.Start..place.End, bytes[..written]);
    }
}
