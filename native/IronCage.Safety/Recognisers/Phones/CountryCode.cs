namespace IronCage.Safety.Recognisers.Phones;

/// <summary>What the numbers of one country code of ITU-T E.164 look like behind it.</summary>
/// <param name="Code">The code itself, 1 to 999.</param>
/// <param name="Digits">How many digits the code has.</param>
/// <param name="Lengths">Bit n is set where a national number of n digits exists.</param>
/// <param name="Leads">Bit d is set where a national number may begin with d.</param>
internal readonly record struct CountryCode(int Code, int Digits, ushort Lengths, ushort Leads)
{
    /// <summary>North America and the Caribbean.</summary>
    public const int NorthAmerica = 1;

    private const int Russia = 7;

    /// <summary>Whether <paramref name="national"/>, the digits behind the code, can be a number.</summary>
    public bool Allows(ReadOnlySpan<byte> national)
    {
        // A trunk 0 that was left in: +49 0171 …
        if (national.Length > 1 && national[0] == 0 && (Leads & 1) == 0 && Code is not (NorthAmerica or Russia))
            national = national[1..];
        if (national.Length is 0 or > 15 || (Lengths >> national.Length & 1) == 0 || (Leads >> national[0] & 1) == 0)
            return false;
        return Code != NorthAmerica || (NorthAmericanNumber.IsArea(national) && national[3] >= 2);
    }
}
