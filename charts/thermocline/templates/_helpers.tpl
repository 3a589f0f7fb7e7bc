{{/* What the objects in the operator's namespace are called: the release, which always begins with thermocline. */}}
{{- define "thermocline.name" -}}
{{- if hasPrefix "thermocline" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "thermocline-%s" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What the objects of the whole cluster are called: two releases in two namespaces do not meet. */}}
{{- define "thermocline.clusterName" -}}
{{- printf "%s-%s" (include "thermocline.name" .) .Release.Namespace -}}
{{- end -}}

{{/* The webhook configurations: begins with thermocline-, so that Dapr's injector usually comes first. */}}
{{- define "thermocline.webhookName" -}}
{{- printf "thermocline-webhook-%s-%s" .Release.Namespace .Release.Name -}}
{{- end -}}

{{- define "thermocline.serviceAccount" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if .Values.serviceAccount.create -}}
{{- include "thermocline.name" . -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "thermocline.tag" -}}
{{- $tag := .tag | default .version -}}
{{- if hasPrefix "sha256:" $tag -}}@{{ $tag }}{{- else -}}:{{ $tag }}{{- end -}}
{{- end -}}

{{- define "thermocline.selector" -}}
app.kubernetes.io/name: thermocline-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "thermocline.labels" -}}
{{ include "thermocline.selector" . }}
app.kubernetes.io/part-of: thermocline
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* What the operator may do to the objects of the namespaces it looks after. */}}
{{- define "thermocline.rules" -}}
- apiGroups: [thermocline.dev]
  resources: [memoryclusters]
  verbs: [get, list, watch, patch]
- apiGroups: [thermocline.dev]
  resources: [memoryclusters/status]
  verbs: [patch]
# Owning children with blockOwnerDeletion asks for it.
- apiGroups: [thermocline.dev]
  resources: [memoryclusters/finalizers]
  verbs: [update]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
- apiGroups: [""]
  resources: [pods/resize]
  verbs: [patch]
- apiGroups: [""]
  resources: [configmaps, services]
  verbs: [get, create, patch]
# The administrators' token of each cluster: made once, read again, never listed and never rewritten.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, create, patch, delete]
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [get, list, create, patch, delete]
- apiGroups: [dapr.io]
  resources: [components, resiliencies]
  verbs: [get, list, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end -}}
