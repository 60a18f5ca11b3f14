using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using IronCage.Core.Json;
using IronCage.Core.Text;

namespace IronCage.Lang;

/// <summary>
/// One text in a JSON body: the raw bytes between the quotes of a string, [<see cref="Start"/>, <see cref="End"/>) of the body.
/// </summary>
public readonly record struct TextSpan(int Start, int End, bool Escaped)
{
    public int RawLength => End - Start;

    /// <summary>The string is the text's UTF-8 bytes in base64.</summary>
    public bool IsBase64 { get; init; }

    /// <summary>The text's UTF-8 bytes: the body's own where nothing is escaped, else decoded into <paramref name="scratch"/>, which is grown as needed.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> body, ref byte[] scratch)
    {
        var raw = body[Start..End];
        if (IsBase64)
            return Decoded(raw);
        if (!Escaped)
            return raw;
        if (scratch.Length < raw.Length)
            scratch = new byte[Math.Max(raw.Length, 2 * scratch.Length)];
        return scratch.AsSpan(0, JsonText.Unescape(raw, scratch));
    }

    /// <summary>Turns edits of the text (ascending, disjoint) into edits of the body.</summary>
    public void ToRaw(ReadOnlySpan<byte> body, List<TextEdit> edits, List<RawEdit> into)
    {
        if (IsBase64)
        {
            var edited = RawEdits.Apply(Decoded(body[Start..End]), edits.ConvertAll(edit => new RawEdit((int)edit.Start, (int)edit.End, edit.Replacement)));
            into.Add(new RawEdit(Start, End, Encoding.ASCII.GetBytes(Convert.ToBase64String(edited))));
            return;
        }
        var raw = body[Start..End];
        int rawAt = 0, textAt = 0;
        foreach (var edit in edits)
        {
            int from = (int)edit.Start, to = (int)edit.End;
            if (Escaped)
            {
                rawAt = JsonText.RawOffset(raw, rawAt, textAt, from, roundUp: false);
                var rawEnd = JsonText.RawOffset(raw, rawAt, from, to, roundUp: true);
                into.Add(new RawEdit(Start + rawAt, Start + rawEnd, edit.Replacement));
                rawAt = rawEnd;
                textAt = to;
            }
            else
            {
                into.Add(new RawEdit(Start + from, Start + to, edit.Replacement));
            }
        }
    }

    /// <summary>What a string in base64 stands for; null when it is none, or no text in UTF-8.</summary>
    /// <param name="raw">The string as it stands in the body.</param>
    /// <param name="escaped">It has escapes.</param>
    internal static byte[]? DecodedText(ReadOnlySpan<byte> raw, bool escaped)
    {
        var plain = raw;
        if (escaped)
        {
            var unescaped = new byte[raw.Length];
            plain = unescaped.AsSpan(0, JsonText.Unescape(raw, unescaped));
        }
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(plain.Length)];
        if (Base64.DecodeFromUtf8(plain, bytes, out var used, out var written) != OperationStatus.Done || used != plain.Length)
            return null;
        return Utf8.IsValid(bytes.AsSpan(0, written)) ? bytes[..written] : null;
    }

    private byte[] Decoded(ReadOnlySpan<byte> raw) => DecodedText(raw, Escaped) ?? throw new InvalidOperationException("text was no base64");
}
