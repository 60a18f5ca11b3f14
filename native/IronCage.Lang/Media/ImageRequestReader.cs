using System.Globalization;
using System.Text.Json;
using IronCage.Lang.OpenAi;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Media.ImageRequestReader.Field>;

namespace IronCage.Lang.Media;

/// <summary>Reads a request for images: JSON, or a form with the images that are to be changed.</summary>
public static class ImageRequestReader
{
    private const int MostImages = 128;
    private const int MostPartialImages = 100;

    private static readonly string[] FormFields = ["n", "size", "quality", "stream", "partial_images"];

    internal enum Field
    {
        Other,
        Model,
        N,
        Size,
        Quality,
        Stream,
        PartialImages,
        Images,
        Mask,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model that the URL names, for bodies that name none; null: none.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out MediaRequest request, out string problem, string? model = null)
    {
        var images = request = new MediaRequest(model) { AsksForImages = true, Messages = 1 };
        var shape = new Shape();
        var read = body.TrimStart(" \t\r\n"u8).StartsWith("{"u8)
            ? Fields.TryRead(body, images, (ref reader, all, into, field, name) => ReadField(ref reader, all, into, field, name, shape), out problem)
            : MediaForm.TryRead(body, images, FormFields, (field, value) => ReadFormField(field, value, images, shape), () => images.Images++, out problem);
        images.Choices = Math.Max(1, shape.Images);
        images.OutputLimit = ImageTokens.Of(shape.Quality, shape.Size) + shape.Partial * ImageTokens.PerPartialImage;
        return read;
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, MediaRequest request, Field field, TextSpan name, Shape shape)
    {
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.Stream:
                return RequestValue.Stream(ref reader, request);
            case Field.N:
                return Count(ref reader, 1, MostImages, 1, out shape.Images);
            case Field.PartialImages:
                return Count(ref reader, 0, MostPartialImages, 0, out shape.Partial);
            case Field.Size or Field.Quality:
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                    return "a string";
                var text = reader.TokenType == JsonTokenType.Null ? null : ReaderText.Read(ref reader) ?? "";
                if (field == Field.Size)
                    shape.Size = text;
                else
                    shape.Quality = text;
                return null;
            case Field.Images or Field.Mask:
                var before = request.Images;
                var given = Elements(reader);
                TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
                request.UnscannableParts += Math.Max(0, given - (request.Images - before));
                request.Images = Math.Max(request.Images, before + given);
                return null;
        }
        TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
        return null;
    }

    private static string? ReadFormField(string field, string value, MediaRequest request, Shape shape)
    {
        switch (field)
        {
            case "stream":
                var wrong = MediaForm.Boolean(value, out var stream);
                request.Stream = stream;
                return wrong;
            case "n":
                return Count(value, 1, MostImages, 1, out shape.Images);
            case "partial_images":
                return Count(value, 0, MostPartialImages, 0, out shape.Partial);
            case "size":
                shape.Size = value;
                return null;
            default:
                shape.Quality = value;
                return null;
        }
    }

    private static string? Count(ref Utf8JsonReader reader, int least, int most, int otherwise, out int count)
    {
        count = otherwise;
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out count) && count >= least && count <= most ? null : $"an integer from {least} to {most}";
    }

    private static string? Count(string value, int least, int most, int otherwise, out int count)
    {
        count = otherwise;
        return value.Length == 0 || int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= least && count <= most
            ? null
            : $"an integer from {least} to {most}";
    }

    /// <summary>How many elements the array at the reader has; 1 for an object. By value: the caller's reader stays.</summary>
    private static int Elements(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return reader.TokenType == JsonTokenType.Null ? 0 : 1;
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }
        return count;
    }

    /// <summary>What decides how many tokens the answer has.</summary>
    private sealed class Shape
    {
        public int Images = 1;
        public string? Size;
        public string? Quality;
        public int Partial;
    }
}
