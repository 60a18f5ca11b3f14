using System.Text;
using System.Text.Json;
using IronCage.Runtime.Calls;

namespace IronCage.Runtime.Tests.Support;

/// <summary>A verdict with a copy of its body, and the call it opened.</summary>
internal sealed record Step(VerdictKind Kind, byte[] Body, ProtectedCall? Opened = null)
{
    public static Step Of(Verdict verdict, ProtectedCall? call = null) => new(verdict.Kind, verdict.Body.ToArray(), call);

    public ProtectedCall Call => Opened ?? throw new AssertionException($"no call was opened: {Kind} {Text}");

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => Wire.Parse(Body);

    /// <summary>The error of a refusal; the kind of any other verdict.</summary>
    public string Error => Kind == VerdictKind.Refuse ? Json.GetProperty("error").GetString()! : Kind.ToString();
}
