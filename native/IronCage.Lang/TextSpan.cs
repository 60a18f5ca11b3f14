using IronCage.Core.Json;
using IronCage.Core.Text;

namespace IronCage.Lang;

/// <summary>
/// One text in a JSON body: the raw bytes between the quotes of a string, [<see cref="Start"/>, <see cref="End"/>) of the body.
/// </summary>
public readonly record struct TextSpan(int Start, int End, bool Escaped)
{
    public int RawLength => End - Start;

    /// <summary>The text's UTF-8 bytes: the body's own where nothing is escaped, else decoded into <paramref name="scratch"/>, which is grown as needed.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> body, ref byte[] scratch)
    {
        var raw = body[Start..End];
        if (!Escaped)
            return raw;
        if (scratch.Length < raw.Length)
            scratch = new byte[Math.Max(raw.Length, 2 * scratch.Length)];
        return scratch.AsSpan(0, JsonText.Unescape(raw, scratch));
    }

    /// <summary>Turns edits of the text (ascending, disjoint) into edits of the body.</summary>
    public void ToRaw(ReadOnlySpan<byte> body, List<TextEdit> edits, List<RawEdit> into)
    {
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
}
