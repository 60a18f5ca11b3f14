namespace IronCage.Safety;

/// <summary>What raised a finding. Several may hold at once.</summary>
[Flags]
public enum Evidence
{
    /// <summary>Nothing is known, as for findings that the host brought.</summary>
    None = 0,

    /// <summary>The shape of the text.</summary>
    Pattern = 1,

    /// <summary>A check digit, a checksum or a structure that only few texts of this shape have.</summary>
    Checksum = 2,

    /// <summary>A word left of it that says what it is.</summary>
    Context = 4,

    /// <summary>Its characters look random, as those of generated keys do.</summary>
    Entropy = 8,

    /// <summary>A term or pattern of the user's own.</summary>
    Custom = 16,

    /// <summary>The host found it and passed it in.</summary>
    External = 32,

    /// <summary>It was written in another form (Base64, hexadecimal, escapes, look-alike characters) and found after decoding.</summary>
    Decoded = 64,
}
