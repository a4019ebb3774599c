using Kindred.Data;

namespace Kindred.Tests.Data;

public sealed class CrewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EveryPieceIsDoneOnceByThreadsThatWorkTogether(int threads)
    {
        for (var round = 0; round < 50; round++)
        {
            var done = new int[40];
            using var together = new Barrier(threads);
            Crew.Run(done.Length, threads, () => together.SignalAndWait(TimeSpan.FromMinutes(1)), (i, arrived) =>
            {
                Assert.True(arrived);
                Interlocked.Increment(ref done[i]);
            });
            Assert.All(done, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void ACrewMayCallAnother()
    {
        var done = 0;
        Crew.Run(4, 4, () => 0, (_, _) => Crew.Run(4, 4, () => 0, (_, _) => Interlocked.Increment(ref done)));
        Assert.Equal(16, done);
    }

    [Fact]
    public void AFailureIsThrownWhereTheCrewWasCalledAndTheNextCrewWorks()
    {
        var failure = Assert.Throws<InvalidDataException>(() => Crew.Run(20, 3, () => 0, (i, _) => throw new InvalidDataException($"piece {i}")));
        Assert.StartsWith("piece ", failure.Message);
        Crew.Run(1, 3, () => 0, (_, _) => { });
    }
}
