namespace IronCage.Safety.Recognisers.Phones;

/// <summary>What stands before a group of digits.</summary>
internal enum PhoneGap
{
    /// <summary>Nothing: the first group.</summary>
    None,
    Space,
    Hyphen,
    Dot,
    Slash,

    /// <summary>A hyphen or a slash with a space on each side.</summary>
    Wide,

    /// <summary>An opening bracket, with or without a separator before it.</summary>
    Opening,

    /// <summary>A closing bracket alone.</summary>
    Closing,
    ClosingSpace,
    ClosingHyphen,

    /// <summary>A closing bracket with another separator behind it.</summary>
    ClosingOther,
}
