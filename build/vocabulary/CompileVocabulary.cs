using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;

/// <summary>
/// Turns a public vocabulary, as a NuGet package carries it, into the form that the product embeds: the bytes of the 256 tokens of one byte, then for each token of more the
/// two older tokens that it is merged from, numbers as LEB128. Run by MSBuild before the compiler.
/// </summary>
public class CompileVocabulary : Microsoft.Build.Utilities.Task
{
    /// <summary>The package's assembly, with one resource: "Capacity: N" and a line of base64 for each token in the order of ranks, deflated.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>SHA-256 of the vocabulary's own file (lines "base64 rank"), as its publisher gives it.</summary>
    [Required]
    public string Sha256 { get; set; }

    [Required]
    public string Output { get; set; }

    public override bool Execute()
    {
        var tokens = Read();
        var found = Hash(tokens);
        if (!string.Equals(found, Sha256, StringComparison.OrdinalIgnoreCase))
        {
            Log.LogError("{0} holds another vocabulary than expected: SHA-256 is {1}, not {2}", Source, found, Sha256);
            return false;
        }
        var compiled = Compile(tokens);
        if (compiled == null)
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Output)));
        File.WriteAllBytes(Output, compiled);
        return true;
    }

    private List<byte[]> Read()
    {
        var assembly = Assembly.Load(File.ReadAllBytes(Source)); // from memory: MSBuild's process may live on, and must not hold the file
        using (var resource = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single()))
        using (var reader = new StreamReader(new DeflateStream(resource, CompressionMode.Decompress), Encoding.ASCII))
        {
            reader.ReadLine();
            var tokens = new List<byte[]>();
            for (var line = reader.ReadLine(); !string.IsNullOrEmpty(line); line = reader.ReadLine())
                tokens.Add(Convert.FromBase64String(line));
            return tokens;
        }
    }

    private static string Hash(List<byte[]> tokens)
    {
        var file = new StringBuilder();
        for (var rank = 0; rank < tokens.Count; rank++)
            file.Append(Convert.ToBase64String(tokens[rank])).Append(' ').Append(rank.ToString(CultureInfo.InvariantCulture)).Append('\n');
        using (var sha = SHA256.Create())
            return string.Concat(sha.ComputeHash(Encoding.ASCII.GetBytes(file.ToString())).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }

    private byte[] Compile(List<byte[]> tokens)
    {
        var texts = tokens.ConvertAll(Latin1);
        var ranks = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (var rank = 0; rank < texts.Count; rank++)
            ranks.Add(texts[rank], rank);
        var output = new MemoryStream();
        Write(output, tokens.Count);
        for (var rank = 0; rank < tokens.Count; rank++)
        {
            if (rank < 256)
            {
                if (tokens[rank].Length != 1)
                    return Wrong(rank, "is not one byte");
                output.WriteByte(tokens[rank][0]);
                continue;
            }
            var parts = Merge(texts[rank], rank, ranks);
            if (parts.Count != 2)
                return Wrong(rank, "is not reached by merging");
            Write(output, ranks[parts[0]]);
            Write(output, ranks[parts[1]]);
        }
        return output.ToArray();
    }

    private byte[] Wrong(int rank, string what)
    {
        Log.LogError("{0}: token {1} {2}, and the product counts only with vocabularies of which every token is", Source, rank, what);
        return null;
    }

    /// <summary>What merging makes of the bytes of a token with older tokens alone: by its definition, the pair of lowest rank first, the leftmost of equals.</summary>
    private static List<string> Merge(string text, int below, Dictionary<string, int> ranks)
    {
        var parts = text.Select(c => c.ToString()).ToList();
        while (parts.Count > 2)
        {
            int best = below, at = -1;
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (ranks.TryGetValue(parts[i] + parts[i + 1], out var rank) && rank < best)
                    (best, at) = (rank, i);
            }
            if (at < 0)
                break;
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
        return parts;
    }

    private static string Latin1(byte[] bytes) => string.Concat(bytes.Select(b => (char)b));

    private static void Write(Stream output, int value)
    {
        for (; value >= 0x80; value >>= 7)
            output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
