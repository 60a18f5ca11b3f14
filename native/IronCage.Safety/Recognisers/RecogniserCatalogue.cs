using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Addresses;
using IronCage.Safety.Recognisers.Crypto;
using IronCage.Safety.Recognisers.Dates;
using IronCage.Safety.Recognisers.Payments;
using IronCage.Safety.Recognisers.Identifiers;
using IronCage.Safety.Recognisers.Phones;
using IronCage.Safety.Recognisers.Secrets;

namespace IronCage.Safety.Recognisers;

/// <summary>Which recognisers find which kinds.</summary>
internal static class RecogniserCatalogue
{
    /// <summary>The recognisers for the wanted kinds.</summary>
    /// <param name="wanted">By <see cref="PiiKind.Index"/>.</param>
    /// <param name="relaxed">By <see cref="PiiKind.Index"/>: kinds whose weak shapes are to be found without a word beside them, since the user named their country.</param>
    /// <param name="regions">Those countries, whose telephone numbers are then found as they are dialled at home.</param>
    public static IEnumerable<Recogniser> For(bool[] wanted, bool[] relaxed, IReadOnlyCollection<string> regions)
    {
        bool Wants(PiiKind kind) => wanted[kind.Index];

        if (Wants(PersonalKinds.EmailAddress))
        {
            yield return new EmailRecogniser();
            yield return new WrittenEmailRecogniser();
        }

        // Before cards, which leave nobody to be asked behind them: a word for another number as long as theirs decides.
        IdentifierRule[] rules = [.. IdentifierCatalogue.All.Where(rule => wanted[rule.Kind.Index])];
        if (rules.Length > 0)
            yield return new IdentifierRecogniser(rules, relaxed);
        if (Wants(PersonalKinds.CreditCard))
            yield return new PaymentCardRecogniser();
        if (Wants(PersonalKinds.IpAddress))
        {
            yield return new IPv4Recogniser();
            yield return new IPv6Recogniser();
        }

        if (Wants(PersonalKinds.PhoneNumber))
            yield return new PhoneRecogniser(regions);
        if (Wants(PersonalKinds.IbanCode))
            yield return new IbanRecogniser();
        if (Wants(PersonalKinds.MacAddress))
            yield return new MacRecogniser();
        if (Wants(PersonalKinds.Url))
        {
            yield return new UrlRecogniser();
            yield return new HostRecogniser();
        }

        if (Wants(PersonalKinds.SwiftCode))
            yield return new SwiftRecogniser();
        if (Wants(PersonalKinds.Crypto))
            yield return new WalletRecogniser();
        if (Wants(PersonalKinds.DateTime))
            yield return new DateRecogniser();

        foreach (Recogniser recogniser in SecretCatalogue.For(wanted))
            yield return recogniser;
    }
}
