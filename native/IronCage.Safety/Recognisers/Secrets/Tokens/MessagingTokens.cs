using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Chat, telephony and notifications.</summary>
internal static class MessagingTokens
{
    private static readonly ContextSet Twilio = Vendor.Named("twilio");

    public static readonly TokenRow[] Rows =
    [
        new("SLACK_BOT_TOKEN", "xoxb-<d9-14>-<d9-14>-<a18-34>"),
        new("SLACK_BOT_TOKEN", "xoxb-<d9-14>-<a18-34>"),
        new("SLACK_USER_TOKEN", "xoxp-<d9-14>-<d9-14>-<d9-14>-<a28-34>"),
        new("SLACK_USER_TOKEN", "xoxp-<d9-14>-<d9-14>-<a20-34>"),
        new("SLACK_APP_TOKEN", "xapp-<d1>-<u9-14>-<d10-15>-<h64>"),
        new("SLACK_CONFIG_TOKEN", "xoxe.xox(p|b)-<d1>-<w100-220>"),
        new("SLACK_CONFIG_TOKEN", "xoxe-<d1>-<w100-200>"),
        new("SLACK_LEGACY_TOKEN", "xox(a|o|r|s|d|c)-<a1-15>-<w10-160>"),
        new("SLACK_WEBHOOK_URL", "https://hooks.slack(.com|-gov.com)/services/T<u8-11>/B<u8-11>/<a24>"),
        new("SLACK_WEBHOOK_URL", "https://hooks.slack(.com|-gov.com)/(workflows|triggers)/T<u8-11>/<a10-25>/<a10-25>/<a20-32>"),
        new("SLACK_WEBHOOK_URL", "https://hooks.slack(.com|-gov.com)/(workflows|triggers)/T<u8-11>/<a10-25>/<a20-32>"),
        new("DISCORD_BOT_TOKEN", "(M|N|O)<w23-27>.<w6>.<w27-40>"),
        new("DISCORD_CLIENT_SECRET", "<w32>", Vendor.Named("discord")),
        new("DISCORD_WEBHOOK_URL", "https://(|ptb.|canary.)discord(app|).com/api/(|v9/|v10/)webhooks/<d17-20>/<w60-80>"),
        new("TEAMS_WEBHOOK_URL", "https://<w1-60>.webhook.office.com/webhookb2/<uuid>@<uuid>/IncomingWebhook/<h32>/<uuid>"),
        new("TEAMS_WEBHOOK_URL", "https://<w1-60>.webhook.office.com/webhookb2/<uuid>@<uuid>/IncomingWebhook/<h32>/<uuid>/<w20-60>"),
        new("TEAMS_WEBHOOK_URL", "https://outlook.office.com/webhook/<uuid>@<uuid>/IncomingWebhook/<h32>/<uuid>"),
        new("GOOGLE_CHAT_WEBHOOK_URL", "https://chat.googleapis.com/v1/spaces/<w8-20>/messages?key=AIza<w35>&token=<%27-100>"),
        new("GOOGLE_CHAT_WEBHOOK_URL", "https://chat.googleapis.com/v1/spaces/<w8-20>/messages?key=AIza<w35>&token=<w27-100>"),
        new("ZAPIER_WEBHOOK_URL", "https://hooks.zapier.com/hooks/catch/<d4-12>/<a5-12>(|/)"),
        new("TELEGRAM_BOT_TOKEN", "<d8-10>:A<w34>"),
        new("TWILIO_ACCOUNT_SID", "AC<h32>"),
        new("TWILIO_API_KEY", "SK<h32>"),
        new("TWILIO_AUTH_TOKEN", "<h32>", Twilio),
        new("VONAGE_API_SECRET", "<a16>", Vendor.Named("vonage", "nexmo")),
        new("PLIVO_AUTH_TOKEN", "<b40>", Vendor.Named("plivo")),
        new("TELNYX_API_KEY", "KEY<H32>_<a22>"),
        new("MESSAGEBIRD_API_KEY", "<a25>", Vendor.Named("message bird")),
        new("LINE_CHANNEL_TOKEN", "<b120-190>(=|)", Vendor.Named("line channel", "line bot", "line messaging", "line access", "line notify", "line token", "line")),
        new("MATTERMOST_TOKEN", "<l26>", Vendor.Named("mattermost")),
        new("MATRIX_ACCESS_TOKEN", "syt_<p4-80>_<y20>_<a6>"),
        new("MATRIX_ACCESS_TOKEN", "(mat|mct)_<a30>_<a6>"),
        new("PUSHOVER_TOKEN", "<l30>", Vendor.Named("pushover")),
        new("PUSHBULLET_TOKEN", "o.<a32>"),
        new("ONESIGNAL_API_KEY", "os_v2_(app|org)_<l80-120>"),
        new("ONESIGNAL_API_KEY", "<a48>", Vendor.Named("one signal")),
        new("INTERCOM_TOKEN", "dG9rO<p40-100>"),
        new("ZENDESK_TOKEN", "<a40>", Vendor.Named("zen desk")),
        new("FRESHDESK_API_KEY", "<a20>", Vendor.Named("fresh desk", "freshworks")),
        new("ZOOM_CLIENT_SECRET", "<a32>", Vendor.Called("zoom")),
        new("TWITCH_TOKEN", "oauth:<l30>"),
        new("TWITCH_TOKEN", "<l30>", Vendor.Named("twitch")),
        new("YOUTUBE_STREAM_KEY", "<l4>-<l4>-<l4>-<l4>(|-<l4>)", Vendor.Named("you tube", "stream key", "yt stream")),
    ];
}
