namespace IronCage.Lang.Media;

/// <summary>Reads a request for a transcription or translation: a form with a recording. How long that is nobody can say who does not decode it, so it is held at the model's window.</summary>
public static class TranscriptionRequestReader
{
    private static readonly string[] FormFields = ["stream"];

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model that the URL names, for bodies that name none; null: none.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out MediaRequest request, out string problem, string? model = null)
    {
        var form = request = new MediaRequest(model) { SendsAudio = true, Messages = 1, UnboundedParts = 1 };
        return MediaForm.TryRead(body, form, FormFields, (_, value) =>
        {
            var wrong = MediaForm.Boolean(value, out var stream);
            form.Stream = stream;
            return wrong;
        }, () => { }, out problem);
    }
}
