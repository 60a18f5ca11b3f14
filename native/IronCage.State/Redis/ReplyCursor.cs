using System.Globalization;

namespace IronCage.State;

/// <summary>Reads an answer of the scripts, which is a row of texts, from its beginning to its end.</summary>
internal sealed class ReplyCursor(object?[] items)
{
    private int _position;

    public bool IsAtEnd => _position >= items.Length;

    /// <exception cref="FormatException">There is none.</exception>
    public string Text() => !IsAtEnd && items[_position++] is string text ? text : throw new FormatException("an answer that is too short");

    public long Number() => long.Parse(Text(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>Null where the text is empty.</summary>
    public long? NumberOrNone()
    {
        var text = Text();
        return text.Length == 0 ? null : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }
}
