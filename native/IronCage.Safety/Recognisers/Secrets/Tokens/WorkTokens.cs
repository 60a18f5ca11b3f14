using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Boards, documents, design and files.</summary>
internal static class WorkTokens
{
    private static readonly ContextSet Trello = Vendor.Named("trello");
    private static readonly ContextSet Dropbox = Vendor.Named("dropbox");

    public static readonly TokenRow[] Rows =
    [
        new("NOTION_TOKEN", "ntn_<d11><a35>"),
        new("NOTION_TOKEN", "secret_<a43>"),
        new("ASANA_TOKEN", "<d1>/<d12-19>:<h32>"),
        new("ASANA_TOKEN", "<d1>/<d12-19>/<d12-19>:<h32>"),
        new("ASANA_TOKEN", "<h32>", Vendor.Named("asana")),
        new("LINEAR_API_KEY", "lin_api_<a40>"),
        new("LINEAR_OAUTH_TOKEN", "lin_oauth_<h64>"),
        new("CLICKUP_TOKEN", "pk_<d5-12>_<u32>"),
        new("TRELLO_API_KEY", "<h32>", Trello),
        new("TRELLO_TOKEN", "ATTA<a72>"),
        new("TRELLO_TOKEN", "<h64>", Trello),
        new("CODA_TOKEN", "<uuid>", Vendor.Named("coda")),
        new("MIRO_TOKEN", "eyJtaXJv<w40-100>"),
        new("MIRO_TOKEN", "<w27>", Vendor.Named("miro")),
        new("FIGMA_TOKEN", "fig<z1-2>_<w40>"),
        new("DROPBOX_ACCESS_TOKEN", "sl.(|u.|B)<w60-1500>"),
        new("DROPBOX_APP_SECRET", "<l15>", Dropbox),
        new("BOX_CLIENT_SECRET", "<a32>", Vendor.Called("box", "boxsdk", "box com")),
    ];
}
