namespace IronCage.Cost;

/// <summary>The files of Catalogue/ inside the library.</summary>
internal static class EmbeddedFiles
{
    /// <exception cref="InvalidDataException">There is no such file (a fault of the build).</exception>
    public static byte[] Read(string name)
    {
        using var stream = typeof(EmbeddedFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"{name} of the price catalogue is not in the library");
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return file;
    }
}
