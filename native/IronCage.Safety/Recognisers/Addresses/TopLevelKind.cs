namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>What the last label of a name says.</summary>
internal enum TopLevelKind : byte
{
    /// <summary>It is no top-level domain.</summary>
    None,

    /// <summary>A top-level domain that is little used for anything else.</summary>
    Plain,

    /// <summary>A top-level domain that is also a word or the name of a member in code.</summary>
    Word,

    /// <summary>A top-level domain that is also the ending of file names.</summary>
    FileEnding,

    /// <summary>Reserved for documentation or for one network.</summary>
    Reserved,
}
