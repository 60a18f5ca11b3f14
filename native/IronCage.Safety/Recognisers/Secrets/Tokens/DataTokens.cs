using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Maps, weather, news, markets and addresses.</summary>
internal static class DataTokens
{
    public static readonly TokenRow[] Rows =
    [
        new("MAPBOX_SECRET_TOKEN", "sk.eyJ1Ijoi<w30-120>.<w22>"),
        new("MAPBOX_PUBLIC_TOKEN", "(pk|tk).eyJ1Ijoi<w30-120>.<w22>"),
        new("MAPTILER_KEY", "<a20>", Vendor.Named("maptiler")),
        new("HERE_API_KEY", "<w43>", Vendor.Called("here", "here maps", "heremaps", "here com", "here rest")),
        new("IPINFO_TOKEN", "<h14>", Vendor.Named("ipinfo", "ip info")),
        new("OPENWEATHER_API_KEY", "<h32>", Vendor.Named("openweather", "openweathermap", "owm", "open weather")),
        new("WEATHERAPI_KEY", "<h31>", Vendor.Named("weatherapi", "weather api")),
        new("NEWSAPI_KEY", "<h32>", Vendor.Named("newsapi", "news api")),
        new("ALPHAVANTAGE_API_KEY", "<u16>", Vendor.Named("alphavantage", "alpha vantage")),
        new("RAPIDAPI_KEY", "<h10>msh<h15>p1<h5-6>jsn<h12>"),
        new("RAPIDAPI_KEY", "<a50>", Vendor.Named("rapidapi", "x rapidapi")),
    ];
}
