using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Abi.Tests.Exports;

public class HeaderAgreementTests
{
    private static readonly Dictionary<string, MethodInfo> Exports = typeof(Guard).Assembly.GetTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(m => (Method: m, Export: m.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()))
        .Where(m => m.Export is not null)
        .ToDictionary(m => m.Export!.EntryPoint!, m => m.Method);

    private static IEnumerable<string> Names => Exports.Keys.Order(StringComparer.Ordinal);

    [Test]
    public void The_exports_are_the_symbol_list_and_the_declared_functions()
    {
        Assert.That(Names, Is.EqualTo(Repository.Symbols));
        Assert.That(CHeader.Functions.Keys.Order(StringComparer.Ordinal), Is.EqualTo(Repository.Symbols));
        Assert.That(Repository.Symbols, Has.Length.GreaterThan(30).And.EqualTo(Repository.Symbols.Order(StringComparer.Ordinal).Distinct()));
    }

    [TestCaseSource(nameof(Names))]
    public void An_export_has_the_result_and_parameters_of_its_declaration(string name)
    {
        var method = Exports[name];
        string[] actual = [CType(method.ReturnType), .. method.GetParameters().Select(p => CType(p.ParameterType))];
        Assert.That(actual, Is.EqualTo(CHeader.Functions[name]));
    }

    private static string CType(Type type)
    {
        if (type.IsPointer)
        {
            var target = CType(type.GetElementType()!);
            return (target == "uint8_t" ? "byte" : target) + "*";
        }
        return type switch
        {
            _ when type == typeof(void) => "void",
            _ when type == typeof(int) => "int32_t",
            _ when type == typeof(uint) => "uint32_t",
            _ when type == typeof(long) => "int64_t",
            _ when type == typeof(ulong) => "uint64_t",
            _ when type == typeof(nuint) => "size_t",
            _ when type == typeof(byte) => "uint8_t",
            _ when type == typeof(NativeBuffer) => "ironcage_buffer",
            _ when type == typeof(NativeVerdict) => "ironcage_verdict",
            _ => throw new AssertionException($"{type} has no place in an export"),
        };
    }

    [Test]
    public void The_numbers_of_the_macros_are_those_of_the_code()
    {
        Assert.Multiple(() =>
        {
            foreach (var (name, value) in CHeader.Macros.Where(m => m.Key.StartsWith("IRONCAGE_E_", StringComparison.Ordinal) || m.Key == "IRONCAGE_OK"))
                Assert.That(typeof(Status).GetField(Pascal(name.Replace("IRONCAGE_E_", "", StringComparison.Ordinal).Replace("IRONCAGE_", "", StringComparison.Ordinal)))?.GetRawConstantValue(), Is.EqualTo((int)value), name);
            Assert.That(Numbers("IRONCAGE_VERDICT_"), Is.EquivalentTo(Enum.GetValues<VerdictKind>().Select(k => (k.ToString(), (long)k))));
            Assert.That(Numbers("IRONCAGE_END_"), Is.EquivalentTo(Enum.GetValues<CallEnding>().Select(k => (k.ToString(), (long)k))));
            Assert.That(Numbers("IRONCAGE_EVIDENCE_"), Is.EquivalentTo(Enum.GetValues<Evidence>().Where(e => e != Evidence.None).Select(e => (e.ToString(), (long)e))));
            foreach (var flag in typeof(NativeVerdict).GetFields(BindingFlags.Public | BindingFlags.Static))
                Assert.That(CHeader.Macros.Single(m => Pascal(m.Key["IRONCAGE_".Length..]) == flag.Name).Value, Is.EqualTo(Convert.ToInt64(flag.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)), flag.Name);
            Assert.That(typeof(Status).GetFields(BindingFlags.Public | BindingFlags.Static), Has.Length.EqualTo(CHeader.Macros.Count(m => m.Key.StartsWith("IRONCAGE_E_", StringComparison.Ordinal)) + 1));
        });

        static IEnumerable<(string, long)> Numbers(string prefix) =>
            CHeader.Macros.Where(m => m.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(m => (Pascal(m.Key[prefix.Length..]), m.Value));
    }

    private static string Pascal(string name)
    {
        var pascal = new StringBuilder();
        foreach (var word in name.Split('_'))
            pascal.Append(word[..Math.Min(1, word.Length)]).Append(word.Length > 1 ? word[1..].ToLowerInvariant() : "");
        return pascal.ToString();
    }

    [Test]
    public void The_fingerprint_is_the_hash_of_the_header()
    {
        var hash = System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(Repository.Root, "native/abi/ironcage.h")));
        Assert.That(Encoding.ASCII.GetString(AbiIdentity.Fingerprint), Is.EqualTo(Convert.ToHexStringLower(hash)));
    }
}
