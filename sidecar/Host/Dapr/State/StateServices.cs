using Thermocline.Grpc;
using Thermocline.Protocol.Components;

namespace Thermocline.Sidecar.Dapr.State;

/// <summary>The services of the state store, method by method.</summary>
internal static class StateServices
{
    public static IReadOnlyList<ServiceDefinition> Of(StateStoreComponent store, ComponentCalls calls) =>
    [
        ServiceDefinition.For(StateReflection.Descriptor.Services.Single(static each => each.Name == "StateStore"))
            .AddUnary("Init", InitRequest.Parser, calls.Unary<InitRequest, InitResponse>((name, request, _) => store.InitAsync(name, request)))
            .AddUnary("Features", FeaturesRequest.Parser, calls.Unary<FeaturesRequest, FeaturesResponse>(
                static (_, _, _) => new(new FeaturesResponse { Features = { StateStoreComponent.Features } })))
            .AddUnary("Ping", PingRequest.Parser, calls.Unary<PingRequest, PingResponse>(static (_, _, _) => new(new PingResponse())))
            .AddUnary("Get", GetRequest.Parser, calls.Unary<GetRequest, GetResponse>(store.GetAsync))
            .AddUnary("Set", SetRequest.Parser, calls.Unary<SetRequest, SetResponse>((name, request, _) => store.SetAsync(name, request)))
            .AddUnary("Delete", DeleteRequest.Parser, calls.Unary<DeleteRequest, DeleteResponse>((name, request, _) => store.DeleteAsync(name, request)))
            .AddUnary("BulkGet", BulkGetRequest.Parser, calls.Unary<BulkGetRequest, BulkGetResponse>(store.BulkGetAsync))
            .AddUnary("BulkSet", BulkSetRequest.Parser, calls.Unary<BulkSetRequest, BulkSetResponse>(
                (name, request, _) => store.BulkSetAsync(name, request)))
            .AddUnary("BulkDelete", BulkDeleteRequest.Parser, calls.Unary<BulkDeleteRequest, BulkDeleteResponse>(
                (name, request, _) => store.BulkDeleteAsync(name, request)))
            .Build(),
        ServiceDefinition.For(StateReflection.Descriptor.Services.Single(static each => each.Name == "TransactionalStateStore"))
            .AddUnary("Transact", TransactionalStateRequest.Parser, calls.Unary<TransactionalStateRequest, TransactionalStateResponse>(
                (name, request, _) => store.TransactAsync(name, request)))
            .Build(),
        ServiceDefinition.For(StateReflection.Descriptor.Services.Single(static each => each.Name == "TransactionalStoreMultiMaxSize"))
            .AddUnary("MultiMaxSize", MultiMaxSizeRequest.Parser, calls.Unary<MultiMaxSizeRequest, MultiMaxSizeResponse>(
                static (_, _, _) => new(new MultiMaxSizeResponse { MaxSize = StateStoreComponent.ItemsMax })))
            .Build(),
    ];
}
