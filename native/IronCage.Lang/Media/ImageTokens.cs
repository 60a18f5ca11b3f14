namespace IronCage.Lang.Media;

/// <summary>
/// The output tokens of one generated image, by OpenAI's guide to image generation
/// (https://platform.openai.com/docs/guides/image-generation, "Cost and latency"): by quality and size, and 100 for each partial image.
/// </summary>
internal static class ImageTokens
{
    public const int PerPartialImage = 100;

    /// <summary>The dearest image: high quality, 1024 × 1536.</summary>
    public const int Most = 6240;

    /// <summary>What an image has at most; null for a size or quality that the table does not have.</summary>
    /// <param name="quality">As the request says; null or "auto": the model chooses.</param>
    /// <param name="size">The same.</param>
    public static int? Of(string? quality, string? size)
    {
        var row = quality switch
        {
            "low" => 0,
            "medium" => 1,
            null or "auto" or "high" => 2,
            "standard" or "hd" => 3, // of the models that are sold by the image
            _ => -1,
        };
        if (row < 0)
            return null;
        return size switch
        {
            "1024x1024" => Row(row, 272, 1056, 4160),
            "1024x1536" => Row(row, 408, 1584, Most),
            "1536x1024" => Row(row, 400, 1568, 6208),
            null or "auto" => Row(row, 408, 1584, Most),
            "256x256" or "512x512" or "1792x1024" or "1024x1792" => Most, // of the models that are sold by the image
            _ => null,
        };
    }

    private static int Row(int row, int low, int medium, int high) => row switch
    {
        0 => low,
        1 => medium,
        _ => high,
    };
}
