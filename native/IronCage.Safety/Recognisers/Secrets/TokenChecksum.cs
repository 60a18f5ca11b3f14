namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Checksums that issuers put into tokens.</summary>
internal enum TokenChecksum
{
    None,

    /// <summary>The last six bytes are the CRC-32 of those between the last underscore and them, in base 62 (0-9 A-Z a-z).</summary>
    Crc32Base62,
}
