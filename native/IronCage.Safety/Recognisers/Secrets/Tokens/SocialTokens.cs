using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Social networks, music and pictures.</summary>
internal static class SocialTokens
{
    private static readonly ContextSet Twitter = Vendor.Named("twitter", "x api", "tweepy");
    private static readonly ContextSet Facebook = Vendor.Named("facebook", "fb", "meta app", "fb app");
    private static readonly ContextSet LinkedIn = Vendor.Named("linked in");

    public static readonly TokenRow[] Rows =
    [
        new("FACEBOOK_ACCESS_TOKEN", "EAA<a80-252>"),
        new("FACEBOOK_APP_TOKEN", "<d13-17>|<w27>"),
        new("FACEBOOK_APP_SECRET", "<h32>", Facebook),
        new("INSTAGRAM_ACCESS_TOKEN", "IG<w120-253>"),
        new("TWITTER_BEARER_TOKEN", "AAAAAAAAAAAAAAAAAAAA<%60-160>"),
        new("TWITTER_API_SECRET", "<a50>", Twitter),
        new("TWITTER_ACCESS_TOKEN", "<d6-20>-<a38-44>", Twitter),
        new("TWITTER_ACCESS_TOKEN", "<d15-20>-<a40>"),
        new("LINKEDIN_CLIENT_SECRET", "WPL_AP<d1>.<a16>.<p6-10>"),
        new("LINKEDIN_CLIENT_SECRET", "WPL_AP<d1>.<d1>.<a16>.<p6-10>"),
        new("LINKEDIN_CLIENT_SECRET", "<a16>", LinkedIn),
        new("REDDIT_CLIENT_SECRET", "<w27-30>", Vendor.Named("reddit", "praw")),
        new("SPOTIFY_CLIENT_SECRET", "<h32>", Vendor.Named("spotify")),
        new("FLICKR_API_KEY", "<h32>", Vendor.Named("flickr")),
        new("LICHESS_TOKEN", "li(p|o)_<a18-40>"),
        new("FRAMEIO_TOKEN", "fio-u-<q60-68>"),
    ];
}
