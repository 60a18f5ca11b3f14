using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Redis;

/// <summary>Who may connect, and how.</summary>
public class RedisConnectionTests
{
    private static string Refusal(RedisServer server, RedisStoreOptions options) => Assert.Throws<StoreException>(() => server.Open(options))!.Message;

    [Test]
    public void A_password_is_needed_and_appears_in_no_message()
    {
        using var server = new RedisServer("--requirepass", "open sesame/?@");
        Assert.That(Refusal(server, server.Options), Does.Contain("refused user and password"));
        Assert.That(Refusal(server, server.Options with { Password = "wrong-one" }), Does.Contain("refused user and password").And.Not.Contain("wrong-one"));
        using var store = server.Open(RedisUrl.Parse(RedisUrl.Format(server.Options with { Password = "open sesame/?@" })));
        Assert.That(store.Open("b", P(1)).Key, Does.Not.Contain("sesame"));
    }

    [Test]
    public async Task A_user_needs_no_more_than_the_message_says()
    {
        using var server = new RedisServer("--user", "agent", "on", ">secret", "~ironcage:*", "&ironcage:*", "+@read", "+@write", "+@scripting", "+@pubsub", "+@connection", "+time");
        using var store = server.Open(server.Options with { User = "agent", Password = "secret" });
        var account = store.Open("b", P(100));
        await account.HoldAsync(Exactly(1), NoWait);
        Assert.That(await account.HistoryAsync(1), Has.Count.EqualTo(1));
        Assert.That(await store.SpendAsync(null, null), Is.Empty);
        using var poor = new RedisServer("--user", "agent", "on", ">secret", "~ironcage:*", "&ironcage:*", "+@connection");
        Assert.That(Refusal(poor, poor.Options with { User = "agent", Password = "secret" }), Does.Contain("allow +@read +@write"));
    }

    [Test]
    public void A_server_that_drops_keys_when_it_is_full_is_refused()
    {
        using var server = new RedisServer("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        Assert.That(Refusal(server, server.Options), Does.Contain("maxmemory-policy allkeys-lru"));
    }

    [Test]
    public void Where_nobody_listens_the_address_is_named()
    {
        using var server = new RedisServer();
        server.Kill();
        Assert.That(Refusal(server, server.Options), Does.Contain($"127.0.0.1:{server.Port}/0").And.Contain("cannot be reached (ConnectionRefused)"));
        Assert.That(Refusal(server, server.Options with { Host = "no-such-host.invalid" }), Does.Contain("no-such-host.invalid"));
    }

    [Test]
    public async Task Namespaces_and_databases_have_nothing_to_do_with_each_other()
    {
        using var server = new RedisServer();
        using var one = server.Open();
        using var two = server.Open(server.Options with { Namespace = "two" });
        using var three = server.Open(server.Options with { Database = 3 });
        await one.Open("b", P(100)).HoldAsync(Exactly(60), NoWait);
        foreach (var other in new[] { two, three })
            Assert.That(await other.Open("b", P(5)).ReadAsync(), Is.EqualTo(Figures(5, 0, 0)));
    }

    [Test]
    public void Over_TLS_the_certificate_must_be_trusted()
    {
        using var files = new TemporaryDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(files.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(files.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        // The port without TLS stays open too: the test asks there.
        int port;
        using (var unused = new RedisServer())
            port = unused.Port;
        using var server = new RedisServer("--tls-port", $"{port}", "--tls-cert-file", files.File("cert.pem"), "--tls-key-file", files.File("key.pem"), "--tls-auth-clients", "no");
        var encrypted = new RedisStoreOptions { Host = "localhost", Port = port, IsEncrypted = true };
        Assert.That(Refusal(server, encrypted), Does.Contain("no certificate that this machine trusts"));
        Environment.SetEnvironmentVariable("SSL_CERT_FILE", files.File("cert.pem"));
        try
        {
            using var worker = OtherProcess.Worker("spend", RedisUrl.Format(encrypted), "2", "5", "10");
            Assert.That(worker.Finish(), Is.EqualTo("10"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSL_CERT_FILE", null);
        }
        using var plain = server.Open();
        Assert.That(plain.Open("b", null).Peek().Spent, Is.EqualTo(P(50)));
        Assert.That(Refusal(server, encrypted with { IsEncrypted = false }), Does.Contain("lost"));
    }

    [Test]
    public async Task The_audit_trail_goes_to_a_file_of_this_machine()
    {
        using var server = new RedisServer();
        using var files = new TemporaryDirectory();
        using (var store = server.Open(server.Options with { AuditPath = files.File() }))
        {
            var entry = new Core.Audit.AuditEntry("agent", "call.allowed", DateTimeOffset.UnixEpoch, "{}");
            await store.Open("b", P(100)).HoldAsync(Exactly(1), NoWait, entry);
            await store.FlushAsync();
        }
        Assert.That(OtherSqlite.Query(files.File(), "SELECT agent_id || ' ' || event_type FROM audit_events"), Is.EqualTo(new[] { "agent call.allowed" }));
    }

    [Test]
    public void A_set_opens_a_namespace_once_and_hands_its_url_on()
    {
        using var server = new RedisServer("--requirepass", "pw:@/");
        using var stores = new StoreSet(TimeProvider.System, new SystemIdSource(TimeProvider.System));
        var url = $"redis://:pw%3A%40%2F@127.0.0.1:{server.Port}?ns=x&heartbeat=0.5&expiry=7&lease=off&outage=refuse&create=on&timeout=3";
        var store = (RedisStore)stores.Open(url);
        Assert.That(stores.Open(url), Is.SameAs(store));
        Assert.That(RedisUrl.Parse(store.Url), Is.EqualTo(store.Options));
        Assert.That(store.Options, Is.EqualTo(server.Options with
        {
            Password = "pw:@/", Namespace = "x", HeartbeatInterval = TimeSpan.FromSeconds(0.5), Expiry = TimeSpan.FromSeconds(7), UsesLeases = false, Outage = RedisOutage.Refuse,
            Timeout = TimeSpan.FromSeconds(3),
        }));
        Assert.That(Assert.Throws<ArgumentException>(() => stores.Open(url + "&lease=on"))!.Message, Does.Contain("other options"));
        stores.Dispose();
        Assert.Throws<StoreException>(() => store.Open("b", null));
    }
}
