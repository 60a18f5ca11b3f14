namespace IronCage.Safety.Text.Folding;

/// <summary>How a character is written.</summary>
internal enum Spelling
{
    /// <summary>As itself.</summary>
    Literal,

    /// <summary><c>\u0040</c>, <c>\x40</c>.</summary>
    Backslash,

    /// <summary><c>%40</c>.</summary>
    Percent,

    /// <summary><c>&amp;#64;</c>, <c>&amp;commat;</c>.</summary>
    Entity,

    /// <summary><c>=40</c>.</summary>
    QuotedPrintable,
}
