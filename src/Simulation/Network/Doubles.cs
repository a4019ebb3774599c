using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Network;

/// <summary>Second copies of messages, with bundles of their own.</summary>
internal static class Doubles
{
    /// <summary>Null: an engine doesn't double it.</summary>
    public static object? Of(object message) => message switch
    {
        ShardGradients m => m with { Bundle = m.Bundle.Share() },
        Projections m => m with { Bundle = m.Bundle.Share() },
        ProjectionGradients m => m with { Bundle = m.Bundle.Share() },
        Views m => m with { Bundle = m.Bundle.Share() },
        KeeperDelta m => Of(m),
        Commit m => m with { Sum = m.Sum?.Share(), Rows = Share(m.Rows) },
        Evaluate m => m with { State = m.State.Share() },
        TakeState { Source: StateSource.FromPeer peer } m => m with { Source = peer with { Bundle = peer.Bundle.Share() } },
        TakeState { Source: StateSource.FromCheckpoint old } m => m with { Source = old with { Since = [.. old.Since.Select(Of)] } },
        ICarriesBundles and not TakeState => null,
        _ => message,
    };

    private static KeeperDelta Of(KeeperDelta delta) => delta with { Rows = Share(delta.Rows) };

    private static TensorBundle[] Share(IReadOnlyList<TensorBundle> rows) => [.. rows.Select(r => r.Share())];
}
