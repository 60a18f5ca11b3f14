using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Context words for the keys of a vendor.</summary>
internal static class Vendor
{
    private static readonly string[] Nouns = ["api", "key", "token", "secret", "client", "access", "auth", "oauth", "app", "password", "credential"];

    /// <summary>Names that mean nothing else.</summary>
    public static ContextSet Named(params string[] names) => new(names);

    /// <summary>Names that are words of every day, or other things too: they count only directly before key, token, secret and the like.</summary>
    public static ContextSet Called(params string[] names) => new([.. names.SelectMany(name => Nouns.Select(noun => $"{name} {noun}"))]);
}
