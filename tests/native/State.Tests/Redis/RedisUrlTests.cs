namespace IronCage.State.Tests.Redis;

public class RedisUrlTests
{
    [TestCase("redis://h", "h", 6379, 0, false)]
    [TestCase("rediss://h:7000/3", "h", 7000, 3, true)]
    [TestCase("REDIS://h/", "h", 6379, 0, false)]
    [TestCase("redis://[::1]:7000", "::1", 7000, 0, false)]
    [TestCase("redis://u:a@b?c@h:1", "h", 1, 0, false)]
    public void The_server_is_read(string url, string host, int port, int database, bool encrypted)
    {
        var options = RedisUrl.Parse(url);
        Assert.That((options.Host, options.Port, options.Database, options.IsEncrypted), Is.EqualTo((host, port, database, encrypted)));
        Assert.That(RedisUrl.Parse(RedisUrl.Format(options)), Is.EqualTo(options));
    }

    [TestCase("redis://user:p%40ss%3A@h", "user", "p@ss:")]
    [TestCase("redis://:secret@h", null, "secret")]
    [TestCase("redis://user:@h", "user", null)]
    public void User_and_password_are_read(string url, string? user, string? password) =>
        Assert.That((RedisUrl.Parse(url).User, RedisUrl.Parse(url).Password), Is.EqualTo((user, password)));

    [TestCase("redis://", "names no host")]
    [TestCase("redis://:secret@", "names no host")]
    [TestCase("redis://secret@h", "separated by a colon")]
    [TestCase("redis://:secret@h:0", "port of a Redis store must be 1 to 65535")]
    [TestCase("redis://:secret@h:x", "port of a Redis store must be 1 to 65535")]
    [TestCase("redis://:secret@h/x", "must be a number, 0 to 65535")]
    [TestCase("redis://:secret@h/70000", "must be a number, 0 to 65535")]
    [TestCase("redis://:secret@h?ns=", "ns must be 1 to 64 letters")]
    [TestCase("redis://:secret@h?ns=a{b", "ns must be 1 to 64 letters")]
    [TestCase("redis://:secret@h?lease=maybe", "lease must be \"on\" or \"off\"")]
    [TestCase("redis://:secret@h?outage=pray", "outage must be \"refuse\" or \"lease\"")]
    [TestCase("redis://:secret@h?heartbeat=0", "heartbeat must be 0.05 to 3600 seconds")]
    [TestCase("redis://:secret@h?heartbeat=soon", "heartbeat is not a number of seconds")]
    [TestCase("redis://:secret@h?heartbeat=30", "expiry must be three heartbeats at least")]
    [TestCase("redis://:secret@h?timeout=0", "timeout must be 0.01 to 600 seconds")]
    [TestCase("redis://:secret@h?audit=", "audit must be a path")]
    [TestCase("redis://:secret@h?wait=3", "no option \"wait\"; it takes ns, lease")]
    public void Wrong_ones_are_refused_with_what_is_accepted_and_without_the_password(string url, string why) =>
        Assert.That(Assert.Throws<ArgumentException>(() => RedisUrl.Parse(url))!.Message, Does.Contain(why).And.Not.Contain("secret"));
}
