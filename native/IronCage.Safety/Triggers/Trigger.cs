namespace IronCage.Safety.Triggers;

/// <summary>
/// The signs by which <see cref="TriggerSearch"/> picks the few places of a text at which recognisers are asked. Each is a property of the text from the byte before
/// the place to at most <see cref="TriggerSearch.Reach"/> bytes from it on. "Run" means a longest run: the place is its first byte.
/// </summary>
[Flags]
internal enum Trigger : ushort
{
    None = 0,

    /// <summary>An at sign.</summary>
    At = 1,

    /// <summary>The first digit of a run of digits, with at least four digits among the 24 bytes from it on; or of two at least behind a capital letter.</summary>
    Number = 2,

    /// <summary>A letter, digit or <c>_</c> that follows none of those, where at least 14 of <c>A-Z a-z 0-9 _ - + / = : .</c> stand from it on.</summary>
    Token = 4,

    /// <summary>A colon.</summary>
    Colon = 8,

    /// <summary>An equals sign.</summary>
    Equals = 16,

    /// <summary>A full stop between a letter or digit and a letter or a byte beyond ASCII.</summary>
    Dot = 32,

    /// <summary>A run of at least seven of <c>A-Z 0-9</c> with a letter among its first seven.</summary>
    Capitals = 64,

    /// <summary>The last of two or more hyphens before a letter: the end of <c>-----</c> before BEGIN, of <c>--</c> before an option.</summary>
    Dashes = 128,

    /// <summary>A round, square or curly bracket that opens before a letter: <c>name [at] host</c>.</summary>
    Bracket = 256,

    /// <summary>A colon before a hexadecimal digit or a colon, and after one or before another colon.</summary>
    HexColon = 512,

    /// <summary>The colon of <c>://</c>.</summary>
    Scheme = 1024,

    /// <summary>The first byte of a run of letters and digits, and every byte beyond ASCII. Frequent: for terms of the user's own.</summary>
    Word = 2048,

    /// <summary>A byte with which one of the user's patterns may begin.</summary>
    Own = 4096,

    /// <summary>Every 128th byte of the whole text, where 24 of the characters of <see cref="Token"/> stand before it: where a long run of Base64 is looked into again.</summary>
    Block = 8192,
}
