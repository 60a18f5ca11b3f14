using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace IronCage.Core.Json;

/// <summary>
/// The inside of a JSON string as raw bytes (between its quotes) and as the text it stands for, and the way from an offset in the text back to the
/// raw bytes, so that a finding in the text can be cut out of the body in place.
/// The raw bytes must come from a reader that accepted them; lone surrogate escapes become U+FFFD.
/// </summary>
public static class JsonText
{
    /// <summary>
    /// Writes the text of <paramref name="raw"/> to <paramref name="text"/>, which must be at least as long as raw (escapes only shrink).
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> text)
    {
        int read = 0, written = 0;
        while (read < raw.Length)
        {
            var escape = raw[read..].IndexOf((byte)'\\');
            if (escape < 0)
                escape = raw.Length - read;
            raw.Slice(read, escape).CopyTo(text[written..]);
            read += escape;
            written += escape;
            if (read >= raw.Length)
                break;
            read += Escape(raw[read..], text[written..], out var bytes);
            written += bytes;
        }
        return written;
    }

    /// <summary>The text as the inside of a JSON string. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static byte[] Escape(ReadOnlySpan<byte> text) => JsonEncodedText.Encode(text.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0 && !Utf8.IsValid(text)
        ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text)) : text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    /// <summary>
    /// Moves on from raw offset <paramref name="rawFrom"/>, which stands for text offset <paramref name="textFrom"/>, to the raw offset of text offset
    /// <paramref name="textTo"/>. An offset inside an escape sequence is moved to its beginning, or to its end with <paramref name="roundUp"/>.
    /// </summary>
    public static int RawOffset(ReadOnlySpan<byte> raw, int rawFrom, int textFrom, int textTo, bool roundUp)
    {
        Span<byte> scratch = stackalloc byte[4];
        while (textFrom < textTo && rawFrom < raw.Length)
        {
            if (raw[rawFrom] != (byte)'\\')
            {
                rawFrom++;
                textFrom++;
                continue;
            }
            var length = Escape(raw[rawFrom..], scratch, out var bytes);
            if (textFrom + bytes > textTo && !roundUp)
                return rawFrom;
            rawFrom += length;
            textFrom += bytes;
        }
        return rawFrom;
    }

    /// <summary>Decodes the escape at the beginning of <paramref name="raw"/> and answers its raw length (a surrogate pair counts as one escape).</summary>
    private static int Escape(ReadOnlySpan<byte> raw, Span<byte> text, out int bytes)
    {
        bytes = 1;
        if (raw.Length < 2)
        {
            text[0] = (byte)'\\';
            return 1;
        }
        switch (raw[1])
        {
            case (byte)'n': text[0] = (byte)'\n'; return 2;
            case (byte)'t': text[0] = (byte)'\t'; return 2;
            case (byte)'r': text[0] = (byte)'\r'; return 2;
            case (byte)'b': text[0] = (byte)'\b'; return 2;
            case (byte)'f': text[0] = (byte)'\f'; return 2;
            case (byte)'u':
                if (!TryHex(raw, 2, out var unit))
                    break;
                if (char.IsHighSurrogate((char)unit) && raw.Length >= 12 && raw[6] == (byte)'\\' && raw[7] == (byte)'u'
                    && TryHex(raw, 8, out var low) && char.IsLowSurrogate((char)low))
                {
                    bytes = new Rune((char)unit, (char)low).EncodeToUtf8(text);
                    return 12;
                }
                var rune = Rune.TryCreate((char)unit, out var valid) ? valid : Rune.ReplacementChar;
                bytes = rune.EncodeToUtf8(text);
                return 6;
        }
        text[0] = raw[1];
        return 2;
    }

    private static bool TryHex(ReadOnlySpan<byte> raw, int at, out ushort unit)
    {
        unit = 0;
        return raw.Length >= at + 4 && Utf8Parser.TryParse(raw.Slice(at, 4), out unit, out var used, 'x') && used == 4;
    }
}
