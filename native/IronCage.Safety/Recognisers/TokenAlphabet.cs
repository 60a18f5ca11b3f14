namespace IronCage.Safety.Recognisers;

/// <summary>The bytes a token is made of after its prefix.</summary>
internal enum TokenAlphabet
{
    Alphanumeric,
    UpperAlphanumeric,
    Word,
    UrlSafe,
    Base64,
}
