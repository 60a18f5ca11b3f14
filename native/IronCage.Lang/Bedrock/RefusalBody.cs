using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Bedrock;

/// <summary>A refusal in the shape of the service's own errors.</summary>
public static class RefusalBody
{
    /// <summary>
    /// The JSON text: <c>{"__type", "message", "reason"}</c>. The type, which SDKs make their exception of, is the one that the service has for the status; the name of ours
    /// is the reason.
    /// </summary>
    public static string Write(string message, string code, int status)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("__type", status == 503 ? "ServiceUnavailableException" : "AccessDeniedException");
            writer.WriteString("message", message);
            writer.WriteString("reason", code);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
