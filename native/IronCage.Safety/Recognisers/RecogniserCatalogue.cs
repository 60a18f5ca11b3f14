using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Secrets;

namespace IronCage.Safety.Recognisers;

/// <summary>Which recognisers find which kinds.</summary>
internal static class RecogniserCatalogue
{
    /// <summary>The recognisers for the wanted kinds.</summary>
    /// <param name="wanted">By <see cref="PiiKind.Index"/>.</param>
    /// <param name="relaxed">By <see cref="PiiKind.Index"/>: kinds whose weak shapes are to be found without a word beside them, since the user named their country.</param>
    public static IEnumerable<Recogniser> For(bool[] wanted, bool[] relaxed)
    {
        bool Wants(PiiKind kind) => wanted[kind.Index];

        if (Wants(PersonalKinds.EmailAddress))
            yield return new EmailRecogniser();
        if (Wants(PersonalKinds.CreditCard))
            yield return new PaymentCardRecogniser();
        if (Wants(NationalKinds.UsSsn))
            yield return new SsnRecogniser();
        if (Wants(PersonalKinds.PhoneNumber))
            yield return new PhoneRecogniser();
        if (Wants(PersonalKinds.IbanCode))
            yield return new IbanRecogniser();
        if (Wants(PersonalKinds.IpAddress))
        {
            yield return new IPv4Recogniser();
            yield return new IPv6Recogniser();
        }

        foreach (Recogniser recogniser in SecretCatalogue.For(wanted))
            yield return recogniser;
    }
}
